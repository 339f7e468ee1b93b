//! The arguments of the fields of a plan. Those without variables are read when the plan is made, the others once for each request,
//! however many objects the field is in.

use std::cell::OnceCell;

use apollo_compiler::Node;
use apollo_compiler::executable::Field;
use apollo_compiler::response::JsonMap;

use super::super::argument::{Arguments, language};
use super::super::fault::{Fault, Outcome};
use super::super::scalar::read_date;
use super::super::scope::Scope;
use super::coercion::{Coercion, Refusal};
use crate::app::reading::{Coordinate, Knowledge};
use crate::domain::text::Language;
use crate::domain::validity::Date;

/// The arguments of one field.
pub enum ArgumentPlan {
    Constant(Box<Result<Bound, Refusal>>),
    /// Some have variables in them.
    Variable(Node<Field>),
}

/// Arguments with their values. What is wrong with one is told by the field that asks for it.
pub struct Bound {
    pub values: JsonMap,
    pub language: Language,
    valid_on: Outcome<Option<Date>>,
    knowledge: Outcome<Knowledge>,
}

impl Bound {
    pub fn new(values: JsonMap) -> Self {
        let arguments = Arguments::new(&values);
        let valid_on = arguments.get("validOn").map(read_date).transpose().map_err(|fault: Fault| fault.within("validOn"));
        let knowledge = arguments.knowledge();
        let language = language(arguments.get("lang"));
        Self { language, valid_on, knowledge, values }
    }

    pub fn arguments(&self) -> Arguments<'_> {
        Arguments::new(&self.values)
    }

    /// Whether it asks for what was known at an instant, which may be one to come.
    pub fn is_at_an_instant(&self) -> bool {
        self.knowledge.as_ref().is_ok_and(|knowledge| knowledge.known_at.is_some())
    }

    /// Both times; what is not said is inherited.
    pub fn coordinate(&self, scope: &Scope, inherited: Coordinate) -> Outcome<Coordinate> {
        let valid_on = self.valid_on.as_ref().map_err(Fault::clone)?.unwrap_or(inherited.valid_on);
        let knowledge = *self.knowledge.as_ref().map_err(Fault::clone)?;
        let publication = match knowledge {
            Knowledge { publication: None, known_at: None } => inherited.publication,
            asked => scope.reader.publication(asked, inherited.publication)?,
        };
        Ok(Coordinate { valid_on, publication })
    }
}

/// The arguments of one request: those with variables are read when they are first asked for.
pub struct Bindings<'q> {
    plans: &'q [ArgumentPlan],
    coercion: Coercion<'q>,
    read: Box<[OnceCell<Result<Bound, Refusal>>]>,
}

impl<'q> Bindings<'q> {
    pub fn new(plans: &'q [ArgumentPlan], coercion: Coercion<'q>) -> Self {
        let has_variables = plans.iter().any(|plan| matches!(plan, ArgumentPlan::Variable(_)));
        let count = if has_variables { plans.len() } else { 0 };
        Self { plans, coercion, read: (0..count).map(|_| OnceCell::new()).collect() }
    }

    pub fn get(&self, at: usize) -> Result<&Bound, &Refusal> {
        let bound = match &self.plans[at] {
            ArgumentPlan::Constant(bound) => bound,
            ArgumentPlan::Variable(field) => self.read[at].get_or_init(|| self.coercion.arguments(field).map(Bound::new)),
        };
        bound.as_ref()
    }
}
