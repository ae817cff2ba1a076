//! Text files of points, good and bad.

use std::path::PathBuf;

use gpugan::Result;
use gpugan::data::points::{Origin, load};
use gpugan::data::{Data, Points};

use super::{assert_says, refusal};

fn read(text: impl AsRef<[u8]>) -> Result<Points> {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("rows.csv");
    std::fs::write(&path, text).unwrap();
    load(&path)
}

fn values(points: &Points) -> &[f32] {
    match &points.origin {
        Origin::Table(values) => values,
        other => panic!("{other:?}"),
    }
}

#[test]
fn rows_are_read_whatever_separates_their_columns() {
    for text in [
        "1,2\n3,-4e2\n",
        "1;2\r\n3;-4e2\r\n",
        "1\t2\n3\t-400",
        "\u{feff}1, 2\n\n 3 ,-4e2\n",
        "x,y\n1,2\n3,-400\n",
        "\u{feff}\"x\";\"y, z\"\n\"1\";2\n3;-400\n",
    ] {
        let points = read(text).unwrap();
        assert_eq!((points.dims, points.count()), (2, 2), "{text:?}");
        assert_eq!(values(&points), [1.0, 2.0, 3.0, -400.0], "{text:?}");
        assert_eq!(points.name, "rows");
    }
    let one = read("0.5\n-1\n1e-3\n").unwrap();
    assert_eq!((one.dims, values(&one)), (1, &[0.5, -1.0, 1e-3][..]));
    let wide = read([vec!["7"; 16].join(","), vec!["8"; 16].join(",")].join("\n")).unwrap();
    assert_eq!((wide.dims, wide.count()), (16, 2));
}

#[test]
fn equal_numbers_have_equal_checksums() {
    let [a, b, c] = ["1,2\n3,4\n", "x;y\n1.0;2\n3;4e0", "1,2\n3,5\n"].map(|t| read(t).unwrap());
    assert_eq!(a.checksum, b.checksum);
    assert_ne!(a.checksum, c.checksum);
    assert_eq!(a.checksum.len(), 64);
}

/// Texts that are no points, and what the message about them says.
const FAULTS: &[(&str, &[&str])] = &[
    ("", &["holds no points", "1 to 16 numbers"]),
    ("\n\n\n", &["holds no points"]),
    ("x,y\n", &["holds no points"]),
    ("1,2\n3\n", &["line 2 has 1 columns", "line 1 has 2"]),
    ("1,2\n\n3,4,5\n", &["line 3 has 3 columns", "line 1 has 2"]),
    (
        "x,y\n1,2\n3,4\n5\n",
        &["line 4 has 1 columns", "line 1 has 2"],
    ),
    (
        "1,2\n3,four\n",
        &["line 2, column 2", "'four' is no number"],
    ),
    ("x,2\n3,4\n", &["line 1, column 1", "'x' is no number"]),
    ("1,2\n,4\n", &["line 2, column 1", "'' is no number"]),
    ("1,5;2,5\n", &["holds no points"]),
    ("1;2\n1,5;2\n", &["line 2, column 1", "'1,5' is no number"]),
    (
        "1,NaN\n",
        &["line 1, column 2", "'NaN' is no finite number"],
    ),
    (
        "1,2\n-inf,4\n",
        &["line 2, column 1", "'-inf' is no finite"],
    ),
    ("1,2\n3,1e39\n", &["line 2, column 2", "'1e39'", "3.4e38"]),
    (
        "1,2\n3,\"4\u{7}\n5,6\"\n",
        &["line 2, column 2", "no number"],
    ),
    ("a,b\nc,d\n", &["line 2, column 1", "'c' is no number"]),
    (
        "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17\n",
        &["line 1 has 17 columns", "1 to 16"],
    ),
];

#[test]
fn what_is_no_table_is_refused_with_line_and_column() {
    for (text, parts) in FAULTS {
        let message = refusal(read(text));
        assert_says(&message, parts);
        assert_says(&message, &["rows.csv"]);
    }
}

#[test]
fn files_that_are_no_text_are_refused() {
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    assert_says(&refusal(read(&bytes)), &["line 1"]);
    assert_says(&refusal(read([0xff, 0xfe, b'1', 0])), &["holds no points"]);
    assert_says(&refusal(read(b"1,2\n\xff,3\n")), &["line 2, column 1"]);
    let long = format!("1,2\n3,{}\n", "9".repeat(1 << 20));
    let message = refusal(read(long));
    assert!(message.len() < 300, "{} bytes", message.len());
    let commas = ",".repeat(1 << 20);
    assert_says(&refusal(read(commas)), &["line 1 has 1048577 columns"]);
    let missing = PathBuf::from("nowhere/rows.csv");
    assert_says(
        &refusal(load(&missing)),
        &["nowhere/rows.csv", "cannot be read"],
    );
    assert_says(&refusal(load("/".as_ref())), &["cannot be read"]);
}

#[test]
fn fewer_points_than_a_batch_are_refused() {
    let data = Data::Points(read("1\n2\n3\n").unwrap());
    assert!(data.require_batch(3).is_ok());
    let message = refusal(data.require_batch(4));
    assert_says(&message, &["rows has 3 points", "--batch 3"]);
}

/// The first points that a run sees are in the order of the epoch, each once.
#[test]
fn a_table_is_seen_in_an_order_of_the_seed() {
    let text: String = (0..50).map(|at| format!("{at},{}\n", at * 2)).collect();
    let points = read(text).unwrap();
    let all = points.first(3, 1_000);
    assert_eq!(all.len(), 100);
    let mut firsts: Vec<f32> = all.chunks(2).map(|row| row[0]).collect();
    assert_ne!(firsts, (0..50).map(|at| at as f32).collect::<Vec<_>>());
    assert!(all.chunks(2).all(|row| row[1] == 2.0 * row[0]));
    firsts.sort_by(f32::total_cmp);
    assert_eq!(firsts, (0..50).map(|at| at as f32).collect::<Vec<_>>());
    assert_eq!(points.first(3, 7), all[..14]);
    assert_ne!(points.first(4, 7), all[..14]);
}
