export const GET = () => {}
