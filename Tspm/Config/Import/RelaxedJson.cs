using System.Globalization;
using System.Text;
using System.Text.Json;
using Tspm.Json;

namespace Tspm.Config.Import;

/// <summary>
/// Reads JSON as people write it for PM2, which evaluates such a file as JavaScript: keys without quotes, single
/// quotes, comments, trailing commas, hexadecimal numbers. Only data is read and nothing is evaluated, so a function, a
/// variable or a template with <c>${</c> is refused with its line.
/// </summary>
internal sealed class RelaxedJson
{
    const int MaxLevels = 64;

    readonly string _text;
    int _at;

    RelaxedJson(string text) => _text = text;

    /// <summary>Reads a text.</summary>
    /// <exception cref="ImportException">The text is not only data; the message names the line.</exception>
    public static JsonElement Read(string text) => JsonText.ToElement(writer =>
    {
        var reader = new RelaxedJson(text);
        reader.Value(writer, 0);
        if (reader.Next() is not null) throw reader.Problem("unexpected text after the end");
    });

    void Value(Utf8JsonWriter writer, int level)
    {
        if (level > MaxLevels) throw Problem("the values are nested too deeply");
        switch (Next())
        {
            case '{':
                Object(writer, level);
                break;
            case '[':
                List(writer, level);
                break;
            case '"' or '\'' or '`':
                writer.WriteStringValue(Quoted());
                break;
            case null:
                throw Problem("the text ends too early");
            default:
                Plain(writer, Word());
                break;
        }
    }

    void Object(Utf8JsonWriter writer, int level)
    {
        writer.WriteStartObject();
        for (_at++; Next() != '}'; Separator('}'))
        {
            if (Next() is null) throw Problem("the text ends too early");
            var key = Next() is '"' or '\'' ? Quoted() : Word();
            if (key.Length == 0) throw Problem("expected a key");
            if (Next() != ':') throw Problem($"expected a colon after the key {JsonProblems.Quote(key)}");
            _at++;
            writer.WritePropertyName(key);
            Value(writer, level + 1);
        }
        _at++;
        writer.WriteEndObject();
    }

    void List(Utf8JsonWriter writer, int level)
    {
        writer.WriteStartArray();
        for (_at++; Next() != ']'; Separator(']')) Value(writer, level + 1);
        _at++;
        writer.WriteEndArray();
    }

    /// <summary>Skips a comma, or stops at the end of the enclosing object or list.</summary>
    void Separator(char end)
    {
        var next = Next();
        if (next == ',') _at++;
        else if (next != end) throw Problem($"expected a comma or '{end}'");
    }

    void Plain(Utf8JsonWriter writer, string word)
    {
        var sign = word.StartsWith('-') ? -1 : 1;
        var digits = word.AsSpan(word.Length > 0 && word[0] is '-' or '+' ? 1 : 0);
        if (word is "true" or "false") writer.WriteBooleanValue(word == "true");
        else if (word is "null" or "undefined") writer.WriteNullValue();
        else if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var whole))
            writer.WriteNumberValue(sign * whole);
        else if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && uint.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
            writer.WriteNumberValue(sign * (long)hex);
        else if (
            IsNumber(digits) && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value))
            writer.WriteNumberValue(sign * value);
        else throw Problem(word.Length == 0 ? $"unexpected '{_text[_at]}'" : $"'{word}' is not data");
    }

    static bool IsNumber(ReadOnlySpan<char> digits) =>
        digits.Length > 0 && (char.IsAsciiDigit(digits[0]) || digits[0] == '.');

    /// <summary>A key without quotes, a number, or a word of JavaScript; empty if there is none.</summary>
    string Word()
    {
        var start = _at;
        while (_at < _text.Length
            && (char.IsLetterOrDigit(_text[_at]) || _text[_at] is '_' or '$' or '.' or '+' or '-')) _at++;
        return _text[start.._at];
    }

    string Quoted()
    {
        var quote = _text[_at++];
        var value = new StringBuilder();
        for (; _at < _text.Length; _at++)
        {
            var letter = _text[_at];
            if (letter == quote)
            {
                _at++;
                return IsWellFormed(value) ? value.ToString() : throw Problem("a string has half of a surrogate pair");
            }
            if (letter == '\n' && quote != '`') break;
            if (letter == '$' && quote == '`' && _at + 1 < _text.Length && _text[_at + 1] == '{')
                throw Problem("a template is not data");
            if (letter == '\\' && _at + 1 < _text.Length) Escape(value);
            else value.Append(letter);
        }
        throw Problem("a quote is never closed");
    }

    static bool IsWellFormed(StringBuilder value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            if (!char.IsSurrogate(value[i])) continue;
            if (i + 1 >= value.Length || !char.IsSurrogatePair(value[i], value[i + 1])) return false;
            i++;
        }
        return true;
    }

    /// <summary>Reads an escape sequence, from the backslash to its last character.</summary>
    void Escape(StringBuilder value)
    {
        var letter = _text[++_at];
        var digits = letter switch { 'u' => 4, 'x' => 2, _ => 0 };
        if (digits > 0)
        {
            var end = _at + 1 + digits;
            if (end > _text.Length || !ushort.TryParse(
                _text.AsSpan(_at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                    out var code))
                throw Problem("an escape sequence is incomplete");
            value.Append((char)code);
            _at += digits;
        }
        else if (letter != '\n') value.Append(letter switch
        {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\b',
            'f' => '\f',
            'v' => '\v',
            '0' => '\0',
            _ => letter,
        });
    }

    /// <summary>The next character that is neither space nor part of a comment; null at the end.</summary>
    char? Next()
    {
        while (_at < _text.Length)
        {
            if (char.IsWhiteSpace(_text[_at]) || _text[_at] == '\uFEFF') _at++;
            else if (_text.AsSpan(_at).StartsWith("//")) SkipTo("\n");
            else if (_text.AsSpan(_at).StartsWith("/*")) SkipTo("*/");
            else return _text[_at];
        }
        return null;
    }

    void SkipTo(string end) =>
        _at = _text.IndexOf(end, _at + 2, StringComparison.Ordinal) is >= 0 and var found ? found + end.Length
            : _text.Length;

    ImportException Problem(string sentence)
    {
        var line = _text.AsSpan(0, Math.Min(_at, _text.Length)).Count('\n') + 1;
        return new ImportException(
            string.Create(CultureInfo.InvariantCulture, $"it is not valid JSON at line {line}: {sentence}"));
    }
}
