export default [
  {
    context: ['/api', '/auth', '/graphql'],
    target: 'http://localhost:8080',
    secure: false,
  },
]
