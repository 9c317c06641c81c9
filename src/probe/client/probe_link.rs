//! An open WebSocket of the probe. It sends any bytes, listens until something has come, and answers what a peer may expect of any
//! station: pings, and calls with an error.

use std::time::Duration;

use tokio::time::Instant;

use super::assembler::{MessageAssembler, PeerEvent};
use super::connection_fault::ConnectionFault;
use super::frame::{FrameRead, WireFrame, opcode, read_frame};
use super::heard::{Heard, WireEnd};
use super::wire::ProbeWire;

/// The longest frame that is read, in bytes.
const FRAME_LIMIT: usize = 8 << 20;
/// How long the peer may take to answer our close frame when a check is over.
const FAREWELL: Duration = Duration::from_millis(500);

/// An open WebSocket.
pub struct ProbeLink {
    wire: ProbeWire,
    assembler: MessageAssembler,
    /// Whether the peer is a client.
    is_server: bool,
    limit: Duration,
    sent_at: Instant,
    over: bool,
    /// The rules that frames of the peer broke.
    pub faults: Vec<&'static str>,
    /// How many frames came.
    pub frames: usize,
}

impl ProbeLink {
    /// A link with a server, whose handshake is done.
    pub fn to_server(wire: ProbeWire, limit: Duration) -> ProbeLink {
        ProbeLink::new(wire, MessageAssembler::of_server(), false, limit)
    }

    /// A link with a client, whose handshake is done.
    pub fn to_client(wire: ProbeWire, limit: Duration) -> ProbeLink {
        ProbeLink::new(wire, MessageAssembler::of_client(), true, limit)
    }

    fn new(wire: ProbeWire, assembler: MessageAssembler, is_server: bool, limit: Duration) -> ProbeLink {
        let sent_at = Instant::now();
        ProbeLink { wire, assembler, is_server, limit, sent_at, over: false, faults: Vec::new(), frames: 0 }
    }

    /// Sends frames in one go. That the peer has ended the connection is heard later.
    pub async fn send(&mut self, frames: &[WireFrame]) {
        let bytes: Vec<u8> = frames.iter().flat_map(|frame| self.own(frame).bytes()).collect();
        self.sent_at = Instant::now();
        let _ = self.wire.write(&bytes, self.limit).await;
    }

    /// Sends frames that answer something: the times of what comes go on.
    pub async fn reply(&mut self, frames: &[WireFrame]) {
        let bytes: Vec<u8> = frames.iter().flat_map(|frame| self.own(frame).bytes()).collect();
        let _ = self.wire.write(&bytes, self.limit).await;
    }

    /// Sends a frame with a mask, in either role.
    pub async fn send_masked(&mut self, frame: &WireFrame) {
        self.sent_at = Instant::now();
        let _ = self.wire.write(&frame.bytes(), self.limit).await;
    }

    /// Only clients mask their frames.
    fn own(&self, frame: &WireFrame) -> WireFrame {
        if self.is_server { frame.clone().unmasked() } else { frame.clone() }
    }

    /// Listens until enough has come, the link is over, or the limit has passed. What came is added to what was heard before.
    pub async fn hear(&mut self, heard: &mut Heard, limit: Duration, enough: impl Fn(&Heard) -> bool) {
        let until = Instant::now() + limit;
        let began = heard.listened;
        while !self.over && !enough(heard) {
            let frame = match read_frame(self.wire.unread(), FRAME_LIMIT) {
                FrameRead::Frame(frame, length) => {
                    self.wire.drop_read(length);
                    frame
                }
                FrameRead::TooLong(_) => {
                    self.faults.push("a frame of more bytes than the probe reads");
                    self.over = true;
                    heard.end = Some(WireEnd::Reset);
                    break;
                }
                FrameRead::Incomplete => match self.wire.more(until).await {
                    Ok(true) => continue,
                    Ok(false) => {
                        self.over = true;
                        heard.end = Some(WireEnd::Ended);
                        break;
                    }
                    Err(ConnectionFault::Silence(_)) => break,
                    Err(_) => {
                        self.over = true;
                        heard.end = Some(WireEnd::Reset);
                        break;
                    }
                },
            };
            self.frames += 1;
            let (event, faults) = self.assembler.take(frame);
            self.faults.extend(faults);
            if let Some(event) = event {
                self.answer(&event).await;
                heard.events.push((self.sent_at.elapsed(), event));
            }
        }
        heard.listened = began + limit.saturating_sub(until.saturating_duration_since(Instant::now()));
    }

    /// Answers pings, and calls with an error.
    async fn answer(&mut self, event: &PeerEvent) {
        let frame = match event {
            PeerEvent::Ping(payload) => WireFrame::new(opcode::PONG, payload.clone()),
            PeerEvent::Text(text) if !self.is_server => match refusal(text) {
                Some(refusal) => WireFrame::text(&refusal),
                None => return,
            },
            _ => return,
        };
        let _ = self.wire.write(&self.own(&frame).bytes(), self.limit).await;
    }

    /// Waits until the connection ends after a close frame; how it ended.
    pub async fn wait_for_end(&mut self, heard: &mut Heard, limit: Duration) {
        self.hear(heard, limit, |heard| heard.end.is_some()).await;
    }

    /// Ends the link: with a close frame, when it is still open.
    pub async fn finish(&mut self) {
        if !self.over {
            let frame = self.own(&WireFrame::close(Some(1000), ""));
            let _ = self.wire.write(&frame.bytes(), FAREWELL).await;
            let mut heard = Heard::default();
            self.hear(&mut heard, FAREWELL, |heard| heard.close().is_some()).await;
        }
        self.wire.shutdown(FAREWELL).await;
    }
}

/// The error that answers a call: the probe is no station.
fn refusal(text: &str) -> Option<String> {
    let call: Vec<serde_json::Value> = serde_json::from_str(text).ok()?;
    let [kind, id, ..] = &call[..] else { return None };
    (kind.as_u64() == Some(2)).then(|| format!("[4,{id},\"NotSupported\",\"this is a probe\",{{}}]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_calls_are_refused() {
        assert_eq!(refusal("[2,\"a\",\"Reset\",{}]").as_deref(), Some("[4,\"a\",\"NotSupported\",\"this is a probe\",{}]"));
        for text in ["[3,\"a\",{}]", "[]", "x", "{}"] {
            assert_eq!(refusal(text), None, "{text}");
        }
    }

    #[tokio::test]
    async fn what_comes_is_heard_with_its_faults_and_its_end() {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let mut link = ProbeLink::to_server(ProbeWire::new(ours), Duration::from_secs(5));
        let mut peer = ProbeLink::to_client(ProbeWire::new(theirs), Duration::from_secs(5));
        let mut heard = Heard::default();
        peer.send(&[WireFrame::text("a"), WireFrame::new(opcode::PING, "p"), WireFrame::new(3, "")]).await;
        peer.send(&[WireFrame::close(Some(1001), "bye")]).await;
        link.hear(&mut heard, Duration::from_secs(5), |heard| heard.is_over()).await;
        assert_eq!(heard.texts().collect::<Vec<_>>(), ["a"]);
        assert_eq!((heard.ending().as_str(), link.frames, link.faults.len()), ("closed with 1001 (bye)", 4, 1));
        let mut pong = Heard::default();
        peer.hear(&mut pong, Duration::from_secs(5), |heard| heard.pong(b"p").is_some()).await;
        assert!(pong.pong(b"p").is_some() && peer.faults.is_empty());
        drop(peer);
        link.wait_for_end(&mut heard, Duration::from_secs(5)).await;
        assert_eq!(heard.end, Some(WireEnd::Ended));
    }
}
