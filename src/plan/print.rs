//! A plan as a table for people: what each call reads, writes and computes.

use comfy_table::{CellAlignment, Table, presets};

use super::{Access, Call, Plan, ProgramId, Role};

/// What a call moves and computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallCost {
    pub bytes_read: u64,
    pub bytes_written: u64,
    pub flops: u64,
}

/// The cost of a call as recorded: each tensor is counted once per direction. Of a data set, from
/// which a call picks, as many elements are counted as it writes.
pub fn cost(plan: &Plan, call: &Call) -> CallCost {
    let outputs = call.arguments.iter().filter(|a| a.access != Access::Read);
    let picked = outputs
        .map(|a| plan.info(a.tensor).len())
        .max()
        .unwrap_or(0);
    let size = |tensor| {
        let info = plan.info(tensor);
        match plan.storages[info.storage].role {
            Role::Input => info.bytes().min((picked * info.dtype.size()) as u64),
            _ => info.bytes(),
        }
    };
    let bytes = |wanted: fn(Access) -> bool| {
        let touched = call.arguments.iter().filter(|a| wanted(a.access));
        touched.map(|a| size(a.tensor)).sum()
    };
    CallCost {
        bytes_read: bytes(|access| access != Access::Write),
        bytes_written: bytes(|access| access != Access::Read),
        flops: call.flops,
    }
}

/// One row per call of `programs`, and a row of totals. `variant` names what a call runs as.
pub fn table(
    plan: &Plan,
    programs: &[ProgramId],
    variant: &dyn Fn(ProgramId, usize) -> String,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header([
        "program", "call", "variant", "result", "extent", "read", "written", "flop",
    ]);
    let mut total = CallCost::default();
    for &id in programs {
        for (at, call) in plan.program(id).calls.iter().enumerate() {
            let cost = cost(plan, call);
            total.bytes_read += cost.bytes_read;
            total.bytes_written += cost.bytes_written;
            total.flops += cost.flops;
            let [x, y, z] = call.extent;
            let result = call.arguments.iter().find(|a| a.access != Access::Read);
            table.add_row([
                plan.program(id).name.clone(),
                call.kernel.name.to_string(),
                variant(id, at),
                result.map_or(String::new(), |a| plan.info(a.tensor).name.clone()),
                format!("{x} x {y} x {z}"),
                bytes(cost.bytes_read),
                bytes(cost.bytes_written),
                thousands(cost.flops),
            ]);
        }
    }
    let written = bytes(total.bytes_written);
    let flops = thousands(total.flops);
    table.add_row([
        "total",
        "",
        "",
        "",
        "",
        &bytes(total.bytes_read),
        &written,
        &flops,
    ]);
    for column in 5..8 {
        let column = table.column_mut(column).expect("eight columns");
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

/// Bytes in the unit that leaves one to three digits before the point.
pub fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{:.1} kB", count as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", count as f64 / 1e6),
        _ => format!("{:.2} GB", count as f64 / 1e9),
    }
}

/// `1 point`, `2 points`.
pub fn counted(count: usize, one: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {one}{plural}")
}

/// 1234567 as `1,234,567`.
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).expect("digits"))
        .collect();
    groups.join(",")
}
