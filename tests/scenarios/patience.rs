//! A central system may refuse a charge point for a moment, or end a new link before its first answer, because it still holds the link before:
//! every charge point connects again then, and so do those of scenarios.

use std::time::Duration;

use crate::stage::{Played, Stage};
use crate::support::free_port;
use crate::twin::{CentralTwin, LinkRefusal, TwinManners, TwinReply};

/// Three scenarios with a link each, one directly after the other.
const THREE: &str = "for (const name of ['first', 'second', 'third']) {
  scenario(name, async () => {
    const cs = await centralSystemUnderTest();
    await cs.call('BootNotification', undefined, { status: 'Accepted' });
    await cs.call('Heartbeat', {}, { currentTime: any.time });
  });
}";

async fn play(manners: TwinManners, script: &'static str, more: &'static [&'static str]) -> Played {
    let twin = CentralTwin::start(manners).await;
    let url = twin.url.clone();
    let run = move || Stage::with(script).play(&[&["s.js", "--url", &url], more].concat());
    let played = tokio::task::spawn_blocking(run).await.unwrap();
    twin.end().await;
    played
}

const HELD: Duration = Duration::from_millis(150);

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_closed_before_its_first_answer_is_made_again() {
    play(TwinManners { held: HELD, ..TwinManners::default() }, THREE, &[]).await.is_silent();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_whose_handshake_is_refused_is_made_again() {
    let manners = TwinManners { held: HELD, refusal: LinkRefusal::Status(503), ..TwinManners::default() };
    play(manners, THREE, &[]).await.is_silent();
}

/// The reason of the central system is in the failure.
#[tokio::test(flavor = "multi_thread")]
async fn patience_is_an_option() {
    let manners = TwinManners { held: Duration::from_secs(60), ..TwinManners::default() };
    let played = play(manners, THREE, &["--patience", "0"]).await;
    played.ends(1, &["1 passed, 2 failed", "already connected"]);
    assert!(!played.out.contains("connect again"), "{played}");
    let played = play(manners, THREE, &["--patience", "1"]).await;
    played.ends(1, &["1 passed, 2 failed", "connect again, because", "already connected"]);
    let manners = TwinManners { held: Duration::from_secs(60), refusal: LinkRefusal::Status(409), ..TwinManners::default() };
    play(manners, THREE, &["--patience", "1"]).await.ends(2, &["1 passed, 0 failed, 2 broken", "409"]);
}

/// A link that is lost after an answer, or in a call that must not be answered, is a loss.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_answered_is_not_made_again() {
    let manners = TwinManners {
        call: |call| if call[2] == "Authorize" { TwinReply::Close } else { TwinReply::Usual },
        ..TwinManners::default()
    };
    let script = "scenario('lost', async () => {
        const cs = await centralSystemUnderTest();
        await cs.call('Heartbeat');
        await cs.call('Authorize');
      });
      scenario('unanswered', async () => {
        const cs = await centralSystemUnderTest();
        await cs.callUnanswered('Authorize');
      });";
    let played = play(manners, script, &[]).await;
    played.ends(1, &["s.js › lost failed", "Authorize: Lost", "1 passed, 1 failed"]);
    assert!(!played.out.contains("connect again"), "{played}");
}

/// Nobody listens: that is told at once, as before.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_not_waited_for() {
    let url = format!("ws://127.0.0.1:{}", free_port());
    let run = move || {
        let began = std::time::Instant::now();
        (Stage::with(THREE).play(&["s.js", "--url", &url, "--patience", "60"]), began.elapsed())
    };
    let (played, took) = tokio::task::spawn_blocking(run).await.unwrap();
    played.ends(2, &["ECONNREFUSED", "0 passed, 0 failed, 3 broken"]);
    assert!(took < Duration::from_secs(30), "{took:?}");
}
