//! Amounts of memory as they are written on the shell.

/// Reads a size like `64M`.
pub fn size(text: &str) -> Result<usize, String> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor: usize = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err("write a number of bytes, or one with k, M or G behind it, like 64M".into()),
    };
    let number: usize = digits.parse().map_err(|_| "write a number of bytes, or one with k, M or G behind it, like 64M")?;
    number.checked_mul(factor).ok_or_else(|| "it is more than this machine can address".into())
}
