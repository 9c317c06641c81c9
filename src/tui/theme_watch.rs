//! Watches the folder of the user's own themes while one of them is active. The disk is read on a thread for blocking work, so a folder
//! that does not answer never stops the screen.

use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::theme::ThemeFolder;
use super::update::ScreenMessage;

/// The time between two checks.
const INTERVAL: Duration = Duration::from_secs(1);

/// Checks the folder while `active` is true and sends what changed. Ends when a channel is closed.
pub async fn watch_themes(mut folder: ThemeFolder, mut active: watch::Receiver<bool>, changes: mpsc::Sender<ScreenMessage>) {
    while active.wait_for(|active| *active).await.is_ok() {
        tokio::select! {
            () = tokio::time::sleep(INTERVAL) => {}
            () = changes.closed() => return,
        }
        let checked = tokio::task::spawn_blocking(move || {
            let found = folder.check();
            (folder, found)
        });
        let Ok((checked, found)) = checked.await else { return };
        folder = checked;
        if let Some(found) = found
            && changes.send(ScreenMessage::ThemesChanged(found)).await.is_err()
        {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn changes_are_sent_only_while_an_own_theme_is_active() {
        let themes = tempfile::tempdir().unwrap();
        let (active, is_active) = watch::channel(false);
        let (sender, mut messages) = mpsc::channel(1);
        let watching = tokio::spawn(watch_themes(ThemeFolder::new(themes.path().to_owned()), is_active, sender));
        std::fs::write(themes.path().join("mine.toml"), "description = \"Mine\"\n").unwrap();
        assert!(tokio::time::timeout(INTERVAL * 5, messages.recv()).await.is_err());
        active.send_replace(true);
        let message = messages.recv().await;
        assert!(matches!(message, Some(ScreenMessage::ThemesChanged(_))), "{message:?}");
        assert!(tokio::time::timeout(INTERVAL * 5, messages.recv()).await.is_err(), "nothing changed since");
        drop(messages);
        watching.await.unwrap();
    }
}
