// What the live configuration becomes when a topology is applied to it.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/site/xml.hpp>

namespace twinsite::site {

/// LIVE with everything of WANTED (a render_cib) put in, and everything of twinsite's that WANTED
/// no longer has taken out. What twinsite does not own stays as it is, and so does what an admin
/// set on twinsite's own resources: parameters, meta attributes (target-role, is-managed ...) and
/// operations that a topology never states.
/// Whose a resource is says the tag "twinsite"; constraints and fencing levels carry a prefix.
/// Errors: conflict when LIVE does not know a node yet, when an id of twinsite's is taken by
/// something else, when somebody else's resource does the same work, or when its schema is too old.
Result<Xml> merge_cib(const Xml& live, const Xml& wanted);

} // namespace twinsite::site
