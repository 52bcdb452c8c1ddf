// bench/mesh_shape_flags.h
//
// The flags by which the programs of bench/ are told which mesh they deal with.
#pragma once

#include "CLI/CLI.hpp"
#include "bench/mesh_generator.h"

namespace binnacle::bench {

void AddMeshShapeFlags(CLI::App& app, MeshShape& shape);

}  // namespace binnacle::bench
