// ctl/output_format.h
//
// -o table|json|yaml: tables are for people, the others for scripts.
//
// Threads  one.
#pragma once

#include <string>

#include "ctl/command_line.h"
#include "ctl/console.h"
#include "ctl/json.h"

namespace binnacle::ctl {

enum class OutputFormat { kTable, kJson, kYaml };

// Adds -o, --output to the command; `format` must live as long as it.
void AddOutputOption(CLI::App& command, OutputFormat& format);

// `format` is kJson or kYaml.
void PrintStructured(const Json& value, OutputFormat format, Console& console);

}  // namespace binnacle::ctl
