// From "PTX ISA": directives, kernel and variable declarations.
#include "ptx.h"

#include <algorithm>
#include <cctype>

namespace softgpu {

namespace {

/// Words (with their dots) and single signs; no comments.
std::vector<std::string> tokensOf(const std::string& text) {
    auto inWord = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '$' || c == '%';
    };
    std::vector<std::string> tokens;
    size_t i = 0;
    while (i < text.size()) {
        size_t start = i;
        if (text.compare(i, 2, "//") == 0) {
            i = std::min(text.find('\n', i), text.size());
        } else if (text.compare(i, 2, "/*") == 0) {
            size_t end = text.find("*/", i + 2);
            i = end == std::string::npos ? text.size() : end + 2;
        } else if (inWord(text[i])) {
            while (i < text.size() && inWord(text[i])) {
                i++;
            }
            tokens.push_back(text.substr(start, i - start));
        } else {
            i++;
            if (std::isspace(static_cast<unsigned char>(text[start])) == 0) {
                tokens.emplace_back(1, text[start]);
            }
        }
    }
    return tokens;
}

class Parser {
public:
    explicit Parser(const std::string& text) : tokens(tokensOf(text)) {
    }

    Ptx parse() {
        Ptx ptx;
        while (at < tokens.size()) {
            std::string token = next();
            if (token == ".version") {
                std::string number = next();
                ptx.version = leading(number, 0) * 10 + leading(number, number.find('.') + 1);
            } else if (token == ".target") {
                std::string target = next();
                ptx.target = leading(target, target.find('_') + 1);
            } else if (token == ".entry") {
                ptx.entries.push_back(entry());
            }
        }
        if (ptx.version == 0 || ptx.target == 0) {
            throw BadPtx(std::string("ptxas fatal: missing ") + (ptx.version == 0 ? ".version" : ".target") + " directive");
        }
        return ptx;
    }

private:
    std::string next() {
        if (at == tokens.size()) {
            throw BadPtx("ptxas fatal: unexpected end of file");
        }
        return tokens[at++];
    }

    /// The number whose digits start at a place in a word; 0 for none.
    static int leading(const std::string& word, size_t from) {
        int value = 0;
        for (size_t i = from; i < word.size() && std::isdigit(static_cast<unsigned char>(word[i])) != 0; i++) {
            value = value * 10 + (word[i] - '0');
        }
        return value;
    }

    /// The bytes of a declaration `[.align n] .b8 name[count]` or `.u64 name`; stops before what follows it.
    size_t declaration() {
        int elementBytes = 0;
        int count = 1;
        for (; at < tokens.size() && tokens[at] != "," && tokens[at] != ")" && tokens[at] != ";"; at++) {
            const std::string& token = tokens[at];
            if (token == ".align") {
                at++;
            } else if (token == "[") {
                count = leading(tokens[std::min(at + 1, tokens.size() - 1)], 0);
            } else if (token[0] == '.') {
                elementBytes = std::max(elementBytes, leading(token, token.find_first_of("0123456789")) / 8);
            }
        }
        return static_cast<size_t>(elementBytes) * static_cast<size_t>(count);
    }

    Entry entry() {
        Entry entry;
        entry.name = next();
        std::string token = next();
        for (; token != "{"; token = next()) {
            if (token == ".param") {
                entry.parameters.push_back(declaration());
            } else if (token == ".maxntid") {
                entry.maxThreads = static_cast<unsigned>(leading(next(), 0));
                while (tokens[at] == ",") {
                    next();
                    entry.maxThreads *= static_cast<unsigned>(leading(next(), 0));
                }
            }
        }
        for (int depth = 1; depth > 0;) {
            token = next();
            depth += token == "{" ? 1 : token == "}" ? -1 : 0;
            entry.sharedBytes += token == ".shared" ? declaration() : 0;
        }
        return entry;
    }

    std::vector<std::string> tokens;
    size_t at = 0;
};

}  // namespace

Ptx parsePtx(const char* text) {
    return Parser(text).parse();
}

}  // namespace softgpu
