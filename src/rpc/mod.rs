//! Pure codecs: from the text of a frame to a message and back. Floor 0: no I/O, no payload checking.

pub mod soap;
pub mod srpc;
