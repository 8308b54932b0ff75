// From the agent's parameters to what should be exported.
#pragma once

#include "ocf/request.hpp"

#include <twinsite/base/result.hpp>
#include <twinsite/target/specification.hpp>

namespace twinsite::iscsi_target {

/// Everything but the secrets; looks at nothing on this node.
Result<target::Specification> specification_of(const ocf::Values& values);

/// Add the CHAP credentials from their files. On an error SPECIFICATION has what could be read and
/// tells what is not known. Errors are of the node, never invalid_config: another node's file may
/// be right.
Status read_secrets(target::Specification& specification, const ocf::Values& values);

} // namespace twinsite::iscsi_target
