using System.Text;

namespace Tspm.Config;

/// <summary>
/// Reads the text of a dotenv file, with <c>\n</c> as line breaks, in one pass. Every reading method returns null or a
/// problem.
/// </summary>
internal sealed class EnvFileReader(string text, IReadOnlyDictionary<string, string> baseEnvironment)
{
    /// <summary>
    /// Limit for all values together, including expansions: a few lines that refer to each other can expand to
    /// gigabytes.
    /// </summary>
    public const int MaxExpandedBytes = 1 << 20;

    readonly Dictionary<string, string> _values = [];
    readonly StringBuilder _value = new();
    int _at, _counted;
    long _expandedBytes;

    /// <summary>The variables read so far.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>The current line, or the line in which a problem began, counted from 1.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>Reads the whole text.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public string? ReadAll()
    {
        while (_at < text.Length)
        {
            Line += text.AsSpan(_counted, _at - _counted).Count('\n');
            _counted = _at;
            SkipBlanks();
            var problem = AtLineEnd() ? SkipLine() : ReadAssignment();
            if (problem is not null) return problem;
        }
        return null;
    }

    string? ReadAssignment()
    {
        if (ReadKey() is not { } key) return $"expected KEY=VALUE, found '{RestOfLine().Trim()}'";
        _at++;
        SkipBlanks();
        _value.Clear();
        var problem = Peek() switch
        {
            '\'' => SingleQuotes(),
            '"' => DoubleQuotes(),
            _ => Unquoted(),
        };
        if (problem is not null) return problem;
        var value = _value.ToString();
        if (value.Contains('\0')) return $"the value of {key} contains a NUL character";
        _expandedBytes += Encoding.UTF8.GetByteCount(value);
        if (_expandedBytes > MaxExpandedBytes) return TooMuch;
        _values[key] = value;
        return null;
    }

    /// <summary>Reads a key up to its '='.</summary>
    /// <returns>Null if there is no key with '=' here.</returns>
    string? ReadKey()
    {
        var line = RestOfLine();
        var equals = line.IndexOf('=');
        if (equals < 0) return null;
        var key = line[..equals].Trim();
        if (key.StartsWith("export ", StringComparison.Ordinal) || key.StartsWith("export\t", StringComparison.Ordinal))
            key = key[7..].TrimStart();
        if (key.Length == 0 || char.IsAsciiDigit(key[0]) || !key.All(IsKeyLetter)) return null;
        _at += equals;
        return key;
    }

    string? SingleQuotes()
    {
        var close = text.IndexOf('\'', _at + 1);
        if (close < 0) return "the single quote is never closed";
        _value.Append(text, _at + 1, close - _at - 1);
        _at = close + 1;
        return NothingMore();
    }

    string? DoubleQuotes()
    {
        for (_at++; _at < text.Length; _at++)
        {
            var letter = text[_at];
            if (letter == '"')
            {
                _at++;
                return NothingMore();
            }
            if (letter == '\\' && _at + 1 < text.Length) Escape(text[++_at]);
            else if (!IsReference(text.Length)) _value.Append(letter);
            else if (Expand(text.Length) is { } problem) return problem;
        }
        return "the double quote is never closed";
    }

    void Escape(char letter)
    {
        if (letter is not ('n' or 't' or 'r' or '"' or '\\' or '$')) _value.Append('\\');
        _value.Append(letter switch { 'n' => '\n', 't' => '\t', 'r' => '\r', _ => letter });
    }

    string? Unquoted()
    {
        var end = _at + RestOfLine().Length;
        var start = _at;
        if (IsInBackticks(text.AsSpan(start, end - start)))
            return "the value is in backticks, which Node reads as quotes and a shell as a command; write it in '…' or "
                + "\"…\"";
        for (; _at < end; _at++)
        {
            var letter = text[_at];
            if (letter == '#' && (_at == start || text[_at - 1] is ' ' or '\t')) break;
            if (letter == '\\' && _at + 1 < end && text[_at + 1] == '$') _value.Append(text[++_at]);
            else if (!IsReference(end)) _value.Append(letter);
            else if (Expand(end) is { } problem) return problem;
        }
        while (_value.Length > 0 && _value[^1] is ' ' or '\t') _value.Length--;
        return SkipLine();
    }

    /// <summary>Whether <c>${</c> is here. Every other dollar sign stands for itself.</summary>
    bool IsReference(int end) => text[_at] == '$' && _at + 1 < end && text[_at + 1] == '{';

    /// <summary>Replaces a reference, from its '$' to its closing brace.</summary>
    string? Expand(int end)
    {
        var start = _at + 2;
        var length = text.AsSpan(start, end - start).IndexOfAny('}', '\n');
        if (length < 0 || text[start + length] == '\n') return $"'${{' is never closed with '}}'; {AsText}";
        var name = text.Substring(start, length);
        if (name.Length == 0 || !name.All(IsKeyLetter))
            return $"'${{{name}}}' is not a valid reference: only ${{NAME}} is replaced; {AsText}";
        _at = start + length;
        var value = _values.GetValueOrDefault(name) ?? baseEnvironment.GetValueOrDefault(name);
        return value is not null ? Put(value)
            : $"{name} is set neither above nor in the environment; set it, or write '${{{name}}}' in single quotes to "
                + "use it as text";
    }

    /// <summary>Advice for a user whose password contains these characters.</summary>
    const string AsText = "to keep these characters, put the value in single quotes";

    /// <summary>
    /// Adds an expanded value. The size is checked first, so that expansions cannot make the values grow without limit.
    /// </summary>
    string? Put(string expanded)
    {
        if (_expandedBytes + _value.Length + expanded.Length > MaxExpandedBytes) return TooMuch;
        _value.Append(expanded);
        return null;
    }

    static string TooMuch =>
        $"with its variables expanded, the file is larger than {Tspm.Text.ByteSize.Format(MaxExpandedBytes)}; shorten "
            + "the values that the variables stand for";

    /// <summary>Whether the whole value, apart from a comment after it, is in backticks.</summary>
    static bool IsInBackticks(ReadOnlySpan<char> value)
    {
        if (value.Length < 2 || value[0] != '`') return false;
        var rest = value[(value.LastIndexOf('`') + 1)..].TrimStart();
        return value[1..].Contains('`') && (rest.IsEmpty || rest[0] == '#');
    }

    string? NothingMore()
    {
        SkipBlanks();
        return AtLineEnd() ? SkipLine() : $"unexpected '{RestOfLine().Trim()}' after the closing quote";
    }

    /// <summary>Whether the line ends here, possibly with a comment.</summary>
    bool AtLineEnd() => Peek() is '\n' or '#' or null;

    string? SkipLine()
    {
        _at += RestOfLine().Length + 1;
        return null;
    }

    string RestOfLine()
    {
        var end = text.IndexOf('\n', Math.Min(_at, text.Length));
        return text[Math.Min(_at, text.Length)..(end < 0 ? text.Length : end)];
    }

    void SkipBlanks()
    {
        while (Peek() is ' ' or '\t') _at++;
    }

    char? Peek() => _at < text.Length ? text[_at] : null;

    static bool IsNameLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';

    static bool IsKeyLetter(char letter) => IsNameLetter(letter) || letter is '.' or '-';
}
