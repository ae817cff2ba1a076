//! Memory is asked for in proportion to real bytes, not to what a header claims.

use crate::{IMAGES, folder, gzip, idx_file, load, refusal};
use gpugan::data::{Split, idx, mnist};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts the bytes in use on each thread, so that tests beside each other do not mix.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    static IN_USE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(change: isize) {
    let now = IN_USE.get() + change;
    IN_USE.set(now);
    PEAK.set(PEAK.get().max(now));
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        unsafe { System.realloc(old, layout, size) }
    }
    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(old, layout) }
    }
}

/// Most bytes in use on this thread at any moment of `work`, beyond those in use before it.
fn peak(work: impl FnOnce()) -> isize {
    let before = IN_USE.get();
    PEAK.set(before);
    work();
    PEAK.get() - before
}

#[test]
fn a_small_file_that_claims_terabytes_costs_nothing() {
    // 4 kB that claim 3.3 TB, and 8 GiB less one image, which passes the limit on size.
    for count in [u32::MAX, ((8_u64 << 30) / 784) as u32 - 1] {
        let raw = idx_file(&[count, 28, 28], &[9; 4080]);
        for file in [gzip(&raw), raw] {
            let dir = folder(&[(IMAGES, &file)]);
            let peak = peak(|| {
                refusal(idx::load_dir(dir.path(), Split::Train));
            });
            assert!(peak < 2 << 20, "{peak} bytes for a file of {}", file.len());
        }
    }
}

#[test]
fn a_gzip_bomb_is_left_after_the_promised_bytes() {
    // 64 MiB of zeros behind a header that promises one image of 4 bytes.
    let mut raw = idx_file(&[1, 2, 2], &[]);
    raw.resize(64 << 20, 0);
    let dir = folder(&[(IMAGES, &gzip(&raw))]);
    let peak = peak(|| {
        refusal(idx::load_dir(dir.path(), Split::Train));
    });
    assert!(peak < 2 << 20, "{peak} bytes");
}

#[test]
fn good_gzip_costs_its_pixels_and_little_more() {
    let pixels = vec![3; 5_000_000];
    let dir = folder(&[(IMAGES, &gzip(&idx_file(&[50, 250, 400], &pixels)))]);
    let peak = peak(|| assert!(idx::load_dir(dir.path(), Split::Train).is_ok()));
    assert!(peak < 5_200_000, "{peak} bytes");
}

#[test]
fn the_counter_counts() {
    assert!(peak(|| drop(std::hint::black_box(vec![1_u8; 3 << 20]))) >= 3 << 20);
    assert!(load(&[]).is_err());
}

#[test]
fn mnist_costs_its_pixels_and_one_dictionary() {
    let peak = peak(|| assert!(mnist::load(Split::Train).is_ok()));
    assert!(
        (47_040_000..47_040_000 + (66 << 20)).contains(&peak),
        "{peak} bytes"
    );
}
