//! What was fitted, as tables for people.

use gpugan::eval::kde::Likelihood;

use super::super::eval::{number, table};
use super::models::{Fits, Mixtures, Size};

impl Fits {
    /// Likelihoods side by side, then the sizes of mixtures, then centres.
    pub fn tables(&self) -> Vec<String> {
        let mut rows = Vec::new();
        let likelihood = |of: &Likelihood| format!("{:.4} +- {:.4}", of.mean, of.standard_error);
        if let Some(truth) = &self.truth {
            rows.push(vec!["the data's own density".into(), likelihood(truth)]);
        }
        for estimate in &self.kde {
            let name = format!("KDE, {} {}", estimate.rule, number(estimate.bandwidth));
            rows.push(vec![name, likelihood(&estimate.held_out)]);
        }
        if let Some(gmm) = &self.gmm {
            let name = format!("mixture of {} by BIC", gmm.components);
            rows.push(vec![name, likelihood(&gmm.held_out)]);
        }
        let mut tables = Vec::new();
        if !rows.is_empty() {
            tables.push(table(&["model", "held-out log-likelihood (nats)"], &rows));
        }
        tables.extend(self.gmm.iter().map(Mixtures::table));
        tables.extend(self.kmeans.iter().map(|found| {
            let (spread, held_out) = (number(found.spread), number(found.held_out_spread));
            let row = vec![found.clusters.to_string(), spread, held_out];
            table(
                &["k-means: clusters", "mean squared distance", "held out"],
                &[row],
            )
        }));
        tables
    }
}

impl Mixtures {
    fn table(&self) -> String {
        let row = |size: &Size| {
            let chosen = if size.components == self.components {
                " *"
            } else {
                ""
            };
            let rounds = if size.converged { "" } else { "+" };
            vec![
                format!("{}{chosen}", size.components),
                size.parameters.to_string(),
                format!("{:.1}", size.bic),
                format!("{:.4}", size.log_likelihood),
                format!("{:.4}", size.held_out.mean),
                format!("{}{rounds}", size.rounds),
            ]
        };
        let rows: Vec<_> = self.sizes.iter().map(row).collect();
        let header = [
            "components",
            "parameters",
            "BIC",
            "log-likelihood",
            "held out",
            "rounds",
        ];
        let last = self.sizes.len() > 1
            && self.sizes.last().map(|s| s.components) == Some(self.components);
        let note = match last {
            true => {
                "\nThe largest mixture is the best: more components may be better still (--components)"
            }
            false => "",
        };
        table(&header, &rows) + note
    }
}
