// How a product of plain matrices is walked: rows, columns and depth stand for themselves.

alias Row = u32;
alias Column = u32;
alias At = u32;

fn row(slice: u32, m: u32) -> Row {
    return m;
}

fn column(slice: u32, n: u32) -> Column {
    return n;
}

fn seek(slice: u32, k: u32) -> At {
    return k;
}

fn next(at: At) -> At {
    return at + 1u;
}

fn skip(at: At) -> At {
    return at + WIDTH;
}
