//!import lib/clock

// Where a sample that is drawn without end stands in the stream: number p of a run has position
// p mod 2^31 and epoch p div 2^31, and its pair j is the counter (position, 16 epoch + j).

const DRAWN = 2147483648u;
const PAIRS = 16u;

// The counter of pair 0 of the sample that lies `row` behind a place. Both fit: a batch is short.
fn drawn(position: u32, epoch: u32, row: u32) -> vec2<u32> {
    let at = position + row;
    let later = at >> 31u;
    return vec2<u32>(at & (DRAWN - 1u), PAIRS * (epoch + later));
}
