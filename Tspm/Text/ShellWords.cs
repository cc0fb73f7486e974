using System.Text;

namespace Tspm.Text;

/// <summary>
/// The result of reading a command line. Exactly one of three: words that can be executed directly, a line that needs a
/// shell, or a broken line.
/// </summary>
internal sealed record ShellSplit(IReadOnlyList<string>? Words, bool UsesShell, string? Problem);

/// <summary>
/// POSIX shell quoting (IEEE 1003.1, Shell Command Language, 2.2 Quoting and 2.3 Token Recognition), as far as it goes
/// without a shell. A plain command is executed directly: there is no shell process in between, signals reach the
/// program itself, and no character has a surprising meaning. A line that needs a shell is passed to the shell whole
/// and unchanged: this reader stops at the first sign that a shell is needed.
/// </summary>
internal static class ShellWords
{
    /// <summary>
    /// Characters that need a shell wherever they appear unquoted: operators, redirections, expansions, globs, line
    /// breaks.
    /// </summary>
    const string ShellAnywhere = "|&;<>()$`*?[\n";

    /// <summary>
    /// Inside double quotes a backslash escapes only these characters; before others it stays (2.2.3).
    /// </summary>
    const string EscapableInDoubleQuotes = "$`\"\\";

    /// <summary>Reserved words (2.4). In quotes they are ordinary words.</summary>
    static readonly HashSet<string> Keywords =
        ["if", "then", "else", "elif", "fi", "do", "done", "case", "esac", "while", "until", "for", "in", "{", "}", "!",
            "function", "select", "[["];

    /// <summary>
    /// Commands that exist only inside a shell. Those that also exist as programs (echo, test, kill, true …) are not
    /// listed.
    /// </summary>
    static readonly HashSet<string> Builtins =
    [
        ":", ".", "alias", "bg", "break", "builtin", "cd", "command", "continue", "declare", "eval", "exec", "exit",
        "export", "fc", "fg", "getopts", "hash", "jobs", "let", "local", "popd", "pushd", "read", "readonly", "return",
        "set", "shift", "shopt", "source", "times", "trap", "type", "typeset", "ulimit", "umask", "unalias", "unset",
        "wait",
    ];

    /// <summary>Reads a command line. Never throws.</summary>
    public static ShellSplit Analyze(string commandLine)
    {
        if (commandLine.Contains('\0')) return Broken("the command contains a NUL character");
        var reader = new Reader(commandLine);
        if (!reader.ReadAll(out var usesShell, out var problem))
            return usesShell ? new ShellSplit(null, true, null) : Broken(problem!);
        var words = reader.Words;
        if (words.Count == 0) return Broken("the command is empty; give a program to run");
        if (words[0].Length == 0) return Broken("the command starts with an empty word; give a program to run");
        return new ShellSplit(words, false, null);
    }

    /// <summary>The words of a command line.</summary>
    /// <returns>Null if the line needs a shell or is broken.</returns>
    public static IReadOnlyList<string>? Split(string commandLine) => Analyze(commandLine).Words;

    /// <summary>The text as one word of a command line, in single quotes if it needs any.</summary>
    public static string Quote(string word)
    {
        if (word.Length > 0 && word.All(IsPlain)) return word;
        return $"'{word.Replace("'", "'\\''")}'";
    }

    /// <summary>Characters that never need quotes, wherever they appear in a command line.</summary>
    static bool IsPlain(char letter) =>
        char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or '/' or ':' or ',' or '@' or '%' or '+';

    static ShellSplit Broken(string problem) => new(null, false, problem);

    /// <summary>Reads the text in one pass.</summary>
    sealed class Reader(string text)
    {
        readonly StringBuilder _word = new();
        bool _inWord, _quoted;
        int _at;

        public List<string> Words { get; } = [];

        /// <summary>Reads the whole text into <see cref="Words"/>.</summary>
        /// <returns>False if the line needs a shell or has a problem.</returns>
        public bool ReadAll(out bool usesShell, out string? problem)
        {
            usesShell = false;
            problem = null;
            while (_at < text.Length && !usesShell && problem is null)
            {
                var letter = text[_at];
                if (letter is ' ' or '\t') usesShell = !EndWord();
                else if (letter == '\'') problem = SingleQuotes();
                else if (letter == '"') problem = DoubleQuotes(out usesShell);
                else if (letter == '\\') problem = Backslash(out usesShell);
                else usesShell = !Plain(letter);
                _at++;
            }
            if (usesShell || problem is not null) return false;
            usesShell = !EndWord();
            return !usesShell;
        }

        bool Plain(char letter)
        {
            if (ShellAnywhere.Contains(letter)) return false;
            if (!_inWord && letter is '~' or '#') return false;
            if (letter == '=' && Words.Count == 0 && !_quoted && IsVariableName(_word)) return false;
            Append(letter);
            return true;
        }

        string? SingleQuotes()
        {
            var close = text.IndexOf('\'', _at + 1);
            if (close < 0) return $"the single quote at position {_at + 1} of the command is never closed";
            _inWord = _quoted = true;
            _word.Append(text, _at + 1, close - _at - 1);
            _at = close;
            return null;
        }

        string? DoubleQuotes(out bool usesShell)
        {
            var open = _at;
            usesShell = false;
            _inWord = _quoted = true;
            for (_at++; _at < text.Length; _at++)
            {
                var letter = text[_at];
                if (letter == '"') return null;
                usesShell = letter is '$' or '`';
                if (usesShell) return null;
                var next = _at + 1 < text.Length ? text[_at + 1] : '\0';
                if (letter == '\\' && next == '\n') _at++;
                else if (letter == '\\' && EscapableInDoubleQuotes.Contains(next)) _word.Append(text[++_at]);
                else _word.Append(letter);
            }
            return $"the double quote at position {open + 1} of the command is never closed";
        }

        string? Backslash(out bool usesShell)
        {
            usesShell = false;
            if (++_at == text.Length) return "the command ends with a backslash that escapes nothing";
            usesShell = text[_at] == '\n';
            Append(text[_at]);
            _quoted = true;
            return null;
        }

        void Append(char letter)
        {
            _inWord = true;
            _word.Append(letter);
        }

        /// <summary>Ends the current word, if there is one.</summary>
        /// <returns>False if the word is the first one and only a shell knows it.</returns>
        bool EndWord()
        {
            if (!_inWord) return true;
            var word = _word.ToString();
            var isFirst = Words.Count == 0;
            var needsShell = isFirst && (Builtins.Contains(word) || (!_quoted && Keywords.Contains(word)));
            Words.Add(word);
            _word.Clear();
            _inWord = _quoted = false;
            return !needsShell;
        }

        static bool IsVariableName(StringBuilder word)
        {
            if (word.Length == 0 || char.IsAsciiDigit(word[0])) return false;
            for (var i = 0; i < word.Length; i++)
                if (!char.IsAsciiLetterOrDigit(word[i]) && word[i] != '_') return false;
            return true;
        }
    }
}
