//! What a reader has to know to check the page: what the numbers count, by which policies, and what made them.

use askama::Template;

use crate::fleet::organisation::Organisation;
use crate::output::html::sheet::clean;

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<section id="appendix">
<h2 id="appendix-h">Appendix</h2>
<h3 id="read">How to read this page</h3>
<dl class="words"><dt>Asset<dd>One distinct algorithm, key, certificate or protocol with its parameters in a repository. An asset that is in three repositories counts three times.<dt>Broken by a quantum computer<dd>Public-key cryptography on which Shor's algorithm works. What keeps secrets is recorded today and read later; what signs is forged from then on.<dt>Ready<dd>Post-quantum, alone or in a hybrid.<dt>P0 to P4<dd>How urgent it is: at P0 one should have begun, at P4 there is nothing to do. Each asset counts once, by the most urgent of its priorities. What today's computers break has priorities too, so P0 is not only what a quantum computer breaks.<dt>Old<dd>The repository changed, and its present state was not scanned: its numbers are those of the last state that was.<dt>Open<dd>An asset that is to be changed by a deadline, and is not.</dl>
<p>Files are read without running anything and without a network. What they do not tell is called unknown and never guessed. A scanned repository's own settings suppress nothing here unless the owner of the fleet says so.</p>
<h3 id="policies">Policies</h3>
{% if policies.is_empty() %}<p>None counts: there are no deadlines, and priorities come from the year alone from which on a quantum computer is expected.</p>{% else -%}
<p>A policy is applied because somebody chose it. Results are judged by it when this page is written; nothing is scanned again for that.</p>
<ul>{% for (id, title) in policies %}<li>{{ title }} (<code>{{ id }}</code>)</li>{% endfor %}</ul>
{%- endif %}
<h3 id="made">What made it</h3>
<dl class="facts">{% for (what, said) in facts %}<div><dt>{{ what }}<dd><code>{{ said }}</code></div>{% endfor %}</dl>
</section>"##
)]
pub(super) struct Appendix {
    policies: Vec<(String, String)>,
    facts: Vec<(&'static str, String)>,
}

impl Appendix {
    pub(super) fn of(organisation: &Organisation) -> Self {
        let policies = organisation.policies.iter();
        Self {
            policies: policies
                .map(|(id, title)| (clean(id), clean(title)))
                .collect(),
            facts: vec![
                ("Tool", format!("pqscan {}", clean(&organisation.engine))),
                ("Rules (BLAKE3)", clean(&organisation.rules)),
                ("Judged as of", organisation.as_of.to_string()),
                (
                    "Quantum computer from",
                    organisation.quantum_year.to_string(),
                ),
            ],
        }
    }
}
