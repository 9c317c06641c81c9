//! Shows that the pseudo-terminal of `terminal.rs` does what other tests rely on.

use portable_pty::CommandBuilder;

use crate::terminal::Terminal;

#[test]
fn keys_screen_and_exit_code_of_the_program() {
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", "stty size; read answer; stty size; printf '\\033[?1049h'; echo \"<$answer>\"; read x; exit 7"]);
    let mut terminal = Terminal::spawn(command, 80, 24);
    terminal.wait_for("24 80");
    assert!(terminal.process() > 0);
    terminal.resize(100, 30);
    terminal.send("hello\r");
    terminal.wait_for("<hello>");
    assert!(terminal.look(vt100::Screen::alternate_screen));
    terminal.send("\r");
    assert_eq!(terminal.exit_code(), 7);
}
