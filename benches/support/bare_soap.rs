//! The bare SOAP server: hyper and quick-xml. It reads every event of the XML and answers by the name of the message, without validation,
//! namespaces, trace or output. And the requests that stations send.

use std::convert::Infallible;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use quick_xml::Reader;
use quick_xml::events::Event;

/// The body of a Heartbeat.
pub const HEARTBEAT: &str = "<ocpp:heartbeatRequest/>";
/// The body of MeterValues with three readings.
pub const METER_VALUES: &str = "<ocpp:meterValuesRequest><ocpp:connectorId>1</ocpp:connectorId><ocpp:transactionId>17</ocpp:transactionId>\
    <ocpp:values><ocpp:timestamp>2026-03-01T12:00:00Z</ocpp:timestamp>\
    <ocpp:value context=\"Sample.Periodic\" measurand=\"Energy.Active.Import.Register\" location=\"Outlet\" unit=\"Wh\">18734.5</ocpp:value>\
    <ocpp:value measurand=\"Power.Active.Import\" unit=\"W\">7360</ocpp:value>\
    <ocpp:value measurand=\"Current.Import\" unit=\"Amp\">31.9</ocpp:value></ocpp:values></ocpp:meterValuesRequest>";

/// A request of a station for this action with this body.
pub fn post(identity: &str, action: &str, body: &str) -> Vec<u8> {
    let envelope = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:wsa=\"http://www.w3.org/2005/08/addressing\" xmlns:ocpp=\"urn://Ocpp/Cs/2012/06/\"><soap:Header>\
         <ocpp:chargeBoxIdentity soap:mustUnderstand=\"true\">{identity}</ocpp:chargeBoxIdentity>\
         <wsa:MessageID>urn:uuid:4711</wsa:MessageID>\
         <wsa:From><wsa:Address>http://127.0.0.1:9/</wsa:Address></wsa:From>\
         <wsa:ReplyTo><wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo>\
         <wsa:To>http://127.0.0.1/</wsa:To><wsa:Action soap:mustUnderstand=\"true\">/{action}</wsa:Action>\
         </soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
    );
    let head = format!(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/soap+xml; charset=utf-8\r\nContent-Length: {}\r\n\r\n",
        envelope.len()
    );
    (head + &envelope).into_bytes()
}

/// Listens on a port of the loopback (0 for a free one), which is returned, and serves in the background.
pub async fn listen(port: u16) -> u16 {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("a free port");
    let port = listener.local_addr().expect("a bound socket").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).expect("an option of TCP");
            let serving = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(serve));
            tokio::spawn(serving);
        }
    });
    port
}

async fn serve(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await.expect("a body").to_bytes();
    let text = std::str::from_utf8(&body).expect("UTF-8");
    let mut response = Response::new(Full::from(respond(text)));
    let content_type = "application/soap+xml; charset=utf-8".parse().expect("a header's value");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, content_type);
    Ok(response)
}

/// Reads every event of the envelope, and answers by the name of the element in its body.
fn respond(text: &str) -> String {
    let mut reader = Reader::from_str(text);
    let (mut in_body, mut name, mut bytes) = (false, None, 0);
    loop {
        match reader.read_event().expect("XML") {
            Event::Start(tag) | Event::Empty(tag) => {
                let local = tag.local_name().into_inner().to_owned();
                bytes += tag.attributes().flatten().map(|attribute| attribute.value.len()).sum::<usize>();
                if in_body && name.is_none() {
                    name = Some(local.trim_end_matches("Request").to_owned());
                }
                in_body |= local == "Body";
            }
            Event::Text(text) => bytes += text.xml10_content().len(),
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(bytes > 0, "there is something in it");
    let name = name.expect("a message");
    let (action, content) = match name.as_str() {
        "heartbeat" => {
            let now = jiff::Timestamp::now();
            ("Heartbeat", format!("<ocpp:currentTime>{now:.3}</ocpp:currentTime>"))
        }
        _ => ("MeterValues", String::new()),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:wsa=\"http://www.w3.org/2005/08/addressing\" xmlns:ocpp=\"urn://Ocpp/Cs/2012/06/\"><soap:Header>\
         <wsa:RelatesTo>urn:uuid:4711</wsa:RelatesTo><wsa:Action>/{action}Response</wsa:Action></soap:Header><soap:Body>\
         <ocpp:{name}Response>{content}</ocpp:{name}Response></soap:Body></soap:Envelope>"
    )
}
