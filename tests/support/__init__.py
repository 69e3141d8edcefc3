"""What tests share: a real daemon, real servers, certificates, raw sockets."""
