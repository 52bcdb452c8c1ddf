#include "ctl/ca.h"

#include "CLI/CLI.hpp"
#include "ctl/ca_issued.h"
#include "ctl/ca_request.h"
#include "ctl/ca_root.h"
#include "ctl/ca_rotate.h"
#include "ctl/ca_status.h"

namespace binnacle::ctl {

void AddCaCommand(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("ca", "The mesh's certificate authority");
  command->require_subcommand(1);
  AddCaStatusCommand(*command, invocation);
  AddCaRootCommand(*command, invocation);
  AddCaIssuedCommand(*command, invocation);
  AddCaRequestCommand(*command, invocation);
  AddCaRotateCommand(*command, invocation);
  AddExamples(*command, {{"roots, issuer, and how long they last", "binnaclectl ca status"},
                         {"whom agents are to trust", "binnaclectl ca root"}});
}

}  // namespace binnacle::ctl
