//! The products of a step, each as every variant that fits it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Ceiling;
use crate::Result;
use crate::gan::Gan;
use crate::plan::{Call, Executor, ProgramId};

/// The calls of one product kernel with the same extents.
#[derive(Clone, Debug, Serialize)]
pub struct Product {
    pub kernel: &'static str,
    /// The parameters of the call that are extents.
    pub extents: BTreeMap<&'static str, u32>,
    /// Rows, columns, and terms of a sum over all slices of it.
    pub rows_columns_depth: [u64; 3],
    /// Calls of a step.
    pub calls: usize,
    /// Operations of one call.
    pub flops: u64,
    /// The chosen one is among them.
    pub variants: Vec<Timing>,
}

/// One call as one variant.
#[derive(Clone, Debug, Serialize)]
pub struct Timing {
    pub variant: String,
    pub chosen: bool,
    pub ms: f64,
    pub gflops: f64,
    /// Of the multiply-adds.
    pub ceiling_share: f64,
}

/// Times every distinct product of a turn as all variants that fit, those with the most operations
/// first. `ceiling_share` is left for `Product::measure_against`.
pub fn products(executor: &mut dyn Executor, gan: &Gan) -> Result<Vec<Product>> {
    let mut found: Vec<(String, Product)> = Vec::new();
    for id in gan.turn() {
        for (at, call) in gan.plan.program(id).calls.iter().enumerate() {
            if !call.kernel.product {
                continue;
            }
            let class = call.class();
            match found.iter_mut().find(|(known, _)| *known == class) {
                Some((_, product)) => product.calls += 1,
                None => found.push((class, product(executor, id, (at, call))?)),
            }
        }
    }
    let mut products: Vec<Product> = found.into_iter().map(|(_, product)| product).collect();
    products.sort_by_key(|product| std::cmp::Reverse(product.flops));
    Ok(products)
}

fn product(
    executor: &mut dyn Executor,
    id: ProgramId,
    (at, call): (usize, &Call),
) -> Result<Product> {
    let chosen = executor.variant(id, at).to_string();
    let timing = |(variant, seconds): (String, f64)| Timing {
        chosen: variant == chosen,
        variant,
        ms: seconds * 1e3,
        gflops: call.flops as f64 / seconds / 1e9,
        ceiling_share: 0.0,
    };
    let variants = executor.compare(id, at)?.into_iter().map(timing).collect();
    let [columns, rows] = [call.extent[0], call.extent[1]].map(u64::from);
    Ok(Product {
        kernel: call.kernel.name,
        extents: call.extents().collect(),
        rows_columns_depth: [rows, columns, call.flops / (2 * rows * columns)],
        calls: 1,
        flops: call.flops,
        variants,
    })
}

impl Product {
    /// Sets the shares of a ceiling of the same run.
    pub fn measure_against(&mut self, ceiling: &Ceiling) {
        for timing in &mut self.variants {
            timing.ceiling_share = timing.gflops / ceiling.multiply_add_gflops;
        }
    }
}
