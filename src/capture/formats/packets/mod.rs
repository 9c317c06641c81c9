//! Files of Wireshark and tcpdump: from packets to TCP connections, from these to HTTP and WebSocket, and so to messages. Packages read the
//! containers and the headers; the rest is here, because it must go on where a part is missing and say what is.

mod connection;
mod connection_table;
mod deflate_reader;
mod http_reader;
mod link_layer;
mod packet_file;
mod soap_talk;
mod tcp_stream;
#[cfg(test)]
mod tests;
mod tls_hello;
mod web_socket_reader;
mod web_socket_talk;

pub(in crate::capture) use packet_file::PacketFile;
