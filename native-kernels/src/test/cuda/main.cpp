// Runs the checks: main ROUNDS [PREFIX]. Every check whose name starts with PREFIX runs with the seeds 0 to ROUNDS - 1.
#include <cstdio>
#include <cstdlib>
#include <map>

#include "check.h"

namespace check {

static std::map<std::string, Check>& all() {
    static std::map<std::string, Check> checks;
    return checks;
}

bool add(const char* name, Check check) {
    all()[name] = check;
    return true;
}

/// True if no run failed.
static bool run(const std::string& name, Check check, unsigned rounds) {
    for (unsigned seed = 0; seed < rounds; seed++) {
        try {
            Random random(seed);
            check(random);
        } catch (const std::exception& e) {
            std::printf("%s, seed %u: %s\n", name.c_str(), seed, e.what());
            return false;
        }
    }
    std::printf("%s: %u shapes\n", name.c_str(), rounds);
    return true;
}

}  // namespace check

int main(int count, char** arguments) {
    unsigned rounds = count > 1 ? static_cast<unsigned>(std::atoi(arguments[1])) : 0;
    if (rounds == 0) {
        std::fprintf(stderr, "usage: %s ROUNDS [PREFIX]\n", arguments[0]);
        return 2;
    }
    std::string prefix = count > 2 ? arguments[2] : "";
    bool ok = true;
    for (const auto& [name, check] : check::all()) {
        if (name.rfind(prefix, 0) == 0) {
            ok = check::run(name, check, rounds) && ok;
        }
    }
    return ok ? 0 : 1;
}
