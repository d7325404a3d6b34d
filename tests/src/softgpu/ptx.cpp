// From "PTX ISA": directives, kernel and variable declarations.
#include "ptx.h"

#include <cctype>
#include <map>
#include <regex>

namespace softgpu {

namespace {

std::string withoutComments(const std::string& text) {
    std::string result;
    for (size_t i = 0; i < text.size(); i++) {
        if (text.compare(i, 2, "//") == 0) {
            i = std::min(text.find('\n', i), text.size()) - 1;
        } else if (text.compare(i, 2, "/*") == 0) {
            i = std::min(text.find("*/", i + 2), text.size() - 2) + 1;
        } else {
            result += text[i];
        }
    }
    return result;
}

size_t bytesOf(const std::string& type) {
    static const std::regex digits("[0-9]+$");
    std::smatch match;
    return std::regex_search(type, match, digits) ? std::stoul(match.str()) / 8 : 0;
}

/// Bytes of the declarations `.<space> [.align n] .<type> name[count]`.
std::vector<size_t> declarations(const std::string& text, const std::string& space) {
    std::vector<size_t> sizes;
    std::regex declaration("\\." + space + "\\s+(?:\\.align\\s+\\d+\\s+)?\\.([a-z]+\\d+)\\s+[\\w$]+(?:\\[(\\d*)\\])?");
    for (auto m = std::sregex_iterator(text.begin(), text.end(), declaration); m != std::sregex_iterator(); ++m) {
        std::string length = (*m)[2].str();
        sizes.push_back(bytesOf((*m)[1].str()) * (length.empty() ? 1 : std::stoul(length)));
    }
    return sizes;
}

int number(const std::string& text, const std::regex& directive, const char* name) {
    std::smatch match;
    if (!std::regex_search(text, match, directive)) {
        throw BadPtx(std::string("ptxas fatal: missing ") + name + " directive");
    }
    return std::stoi(match[1].str()) * (match.size() > 2 ? 10 : 1) + (match.size() > 2 ? std::stoi(match[2].str()) : 0);
}

/// The end of the braces that open at or behind `from`.
size_t endOfBody(const std::string& text, size_t from) {
    size_t open = text.find('{', from);
    int depth = 0;
    for (size_t i = open; i < text.size(); i++) {
        depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
        if (depth == 0) {
            return i;
        }
    }
    throw BadPtx("ptxas fatal: unexpected end of file in a kernel's body");
}

Entry entryAt(const std::string& text, size_t start) {
    static const std::regex head("^\\.entry\\s+([\\w$]+)\\s*(\\(|\\s)");
    static const std::regex shape("\\.maxntid\\s+(\\d+)(?:\\s*,\\s*(\\d+))?(?:\\s*,\\s*(\\d+))?");
    size_t end = endOfBody(text, start);
    std::string whole = text.substr(start, end - start);
    std::string declared = whole.substr(0, whole.find('{'));
    std::smatch match;
    if (!std::regex_search(whole, match, head)) {
        throw BadPtx("ptxas fatal: an .entry without a name");
    }
    Entry entry;
    entry.name = match[1].str();
    entry.parameters = declarations(declared, "param");
    if (std::regex_search(declared, match, shape)) {
        entry.maxThreads = 1;
        for (int i = 1; i <= 3; i++) {
            entry.maxThreads *= match[i].matched ? static_cast<unsigned>(std::stoul(match[i].str())) : 1;
        }
    }
    for (size_t bytes : declarations(whole.substr(declared.size()), "shared")) {
        entry.sharedBytes += bytes;
    }
    return entry;
}

}  // namespace

Ptx parsePtx(const char* image) {
    static const std::regex version("\\.version\\s+(\\d+)\\.(\\d+)");
    static const std::regex target("\\.target\\s+sm_(\\d+)");
    std::string text = withoutComments(image);
    Ptx ptx;
    ptx.version = number(text, version, ".version");
    ptx.target = number(text, target, ".target");
    for (size_t at = text.find(".entry"); at != std::string::npos; at = text.find(".entry", at + 1)) {
        ptx.entries.push_back(entryAt(text, at));
    }
    return ptx;
}

}  // namespace softgpu
