using System.Globalization;
using System.Text;

namespace Tspm.Config.Yaml;

/// <summary>Reads scalars without and with quotes (chapter 7.3). Folding joins their lines.</summary>
internal sealed class YamlScalarReader(YamlCursor cursor)
{
    /// <summary>Reads a quoted scalar; the cursor is at its quotation mark.</summary>
    public string Quoted()
    {
        var (begin, quote) = (cursor.At, cursor.Current);
        var text = new StringBuilder();
        cursor.At++;
        while (true)
        {
            var letter = cursor.Current;
            if (cursor.IsAtDocumentEnd)
                throw cursor.Problem(quote == '"' ? "the \" is not closed" : "the ' is not closed", begin);
            if (letter == quote && (quote == '"' || cursor.Peek(1) != quote)) break;
            if (letter == '\n' || YamlCursor.IsBlank(letter)) Blanks(text);
            else if (letter == '\\' && quote == '"') Escape(text);
            else
            {
                text.Append(letter);
                cursor.At += letter == quote ? 2 : 1;
            }
        }
        cursor.At++;
        return text.ToString();
    }

    /// <summary>Blanks within a line are kept; those around a line break are not.</summary>
    void Blanks(StringBuilder text)
    {
        var begin = cursor.At;
        cursor.SkipBlanks();
        if (cursor.Current != '\n') text.Append(cursor.Slice(begin, cursor.At));
        else Fold(text);
    }

    /// <summary>
    /// Moves over line breaks and the blanks after them. One break is a space, each further one a line feed.
    /// </summary>
    void Fold(StringBuilder text)
    {
        var breaks = 0;
        for (; cursor.Current == '\n'; breaks++)
        {
            cursor.At++;
            if (cursor.IsAtDocumentEnd) return;
            cursor.SkipBlanks();
        }
        if (breaks == 1) text.Append(' ');
        else text.Append('\n', breaks - 1);
    }

    void Escape(StringBuilder text)
    {
        const string letters = "0abt\tnvfre \"/\\N_LP";
        const string meanings = "\0\a\b\t\t\n\v\f\r\u001b \"/\\\u0085\u00a0\u2028\u2029";
        var begin = cursor.At;
        var letter = cursor.Peek(1);
        cursor.At += letter == YamlCursor.End ? 1 : 2;
        if (letter == YamlCursor.End) return;
        if (letter == '\n')
        {
            // The line break is not part of the text; empty lines after it are.
            cursor.SkipBlanks();
            while (cursor.Current == '\n')
            {
                text.Append('\n');
                cursor.At++;
                cursor.SkipBlanks();
            }
        }
        else if (letter is 'x' or 'u' or 'U') Code(text, begin, letter == 'x' ? 2 : letter == 'u' ? 4 : 8);
        else if (letters.IndexOf(letter, StringComparison.Ordinal) is var index and >= 0) text.Append(meanings[index]);
        else throw cursor.Problem($"\\{letter} is not an escape; write \\\\ for a backslash", begin);
    }

    void Code(StringBuilder text, int begin, int digits)
    {
        var code = Hex(digits) ?? throw cursor.Problem("the escape needs more hexadecimal digits", begin);
        if (char.IsHighSurrogate((char)code) && code <= char.MaxValue && cursor is { Current: '\\' }
            && cursor.Peek(1) == 'u')
        {
            // As in JSON: half a character in each escape.
            cursor.At += 2;
            if (Hex(4) is { } low && char.IsLowSurrogate((char)low)) code = char.ConvertToUtf32((char)code, (char)low);
        }
        if (!Rune.TryCreate(code, out var rune)) throw cursor.Problem("the escape is not a Unicode character", begin);
        text.Append(rune.ToString());
    }

    int? Hex(int digits)
    {
        if (cursor.At + digits > cursor.Length) return null;
        var text = cursor.Slice(cursor.At, cursor.At + digits);
        cursor.At += digits;
        return int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            ? code
            : null;
    }

    /// <summary>Reads a plain scalar.</summary>
    /// <param name="indent">Lines that continue it have more spaces than this.</param>
    /// <param name="inFlow">Whether it is within a flow collection.</param>
    /// <param name="isKey">Whether it ends with its line.</param>
    public string Plain(int indent, bool inFlow, bool isKey = false)
    {
        RefuseIndicator(inFlow);
        var text = new StringBuilder();
        while (true)
        {
            var (begin, end) = (cursor.At, EndOfPlainLine(inFlow));
            text.Append(cursor.Slice(begin, end));
            cursor.At = end;
            if (isKey || !Continues(indent, inFlow)) break;
            cursor.SkipBlanks();
            Fold(text);
        }
        return text.ToString();
    }

    void RefuseIndicator(bool inFlow)
    {
        var (letter, next) = (cursor.Current, cursor.Peek(1));
        var isText = letter is '-' or '?' or ':'
            ? !YamlCursor.IsBlankOrEnd(next) && !(inFlow && YamlCursor.IsFlowIndicator(next))
            : !YamlCursor.IsFlowIndicator(letter) && letter is not ('#' or '&' or '*' or '!' or '|' or '>' or '\''
                or '"' or '%' or '@' or '`');
        if (!isText) throw cursor.Problem($"a value cannot begin with {letter}; put it in quotes");
    }

    /// <summary>The index after the last character of the scalar in this line.</summary>
    int EndOfPlainLine(bool inFlow)
    {
        var end = cursor.At;
        for (var i = 0; ; i++)
        {
            var (letter, next) = (cursor.Peek(i), cursor.Peek(i + 1));
            if (letter is '\n' or YamlCursor.End || inFlow && YamlCursor.IsFlowIndicator(letter)) return end;
            if (letter == ':'
                && (YamlCursor.IsBlankOrEnd(next) || inFlow && YamlCursor.IsFlowIndicator(next))) return end;
            if (letter == '#' && YamlCursor.IsBlank(cursor.Peek(i - 1))) return end;
            if (!YamlCursor.IsBlank(letter)) end = cursor.At + i + 1;
        }
    }

    /// <summary>Whether the scalar goes on in the next line that is not empty.</summary>
    bool Continues(int indent, bool inFlow)
    {
        var end = cursor.At;
        cursor.SkipBlanks();
        var continues = cursor.Current == '\n';
        var spaces = 0;
        while (cursor.Current == '\n')
        {
            cursor.At++;
            if (cursor.IsAtDocumentEnd)
            {
                cursor.At = end;
                return false;
            }
            for (spaces = 0; cursor.Current == ' '; spaces++) cursor.At++;
            cursor.SkipBlanks();
        }
        continues &= !cursor.IsAtEnd && cursor.Current != '#' && (inFlow || spaces > indent);
        if (inFlow && (YamlCursor.IsFlowIndicator(cursor.Current) || cursor.IsAtIndicator(':'))) continues = false;
        cursor.At = end;
        return continues;
    }
}
