using System.Text;

namespace Tspm.Config.Yaml;

/// <summary>
/// Reads a block scalar (chapter 8.1): <c>|</c> keeps its line breaks, <c>&gt;</c> folds them; <c>-</c> removes those
/// at the end, and <c>+</c> keeps all of them.
/// </summary>
internal sealed class YamlBlockScalar(YamlCursor cursor)
{
    /// <summary>Reads the scalar; the cursor is at its <c>|</c> or <c>&gt;</c>.</summary>
    /// <param name="parent">Column of the collection that contains it; -1 at the root.</param>
    public string Read(int parent)
    {
        var isFolded = cursor.Current == '>';
        cursor.At++;
        var (chomping, explicitIndent) = Header();
        var indent = explicitIndent > 0 ? Math.Max(parent, 0) + explicitIndent : FirstIndent(parent);
        var text = new StringBuilder();
        var (endsWithBreak, emptyLines, afterIndented) = (false, 0, false);
        while (!cursor.IsAtDocumentEnd && Line(indent) is { } line)
        {
            if (line.Length == 0)
            {
                if (cursor.Peek(-1) == '\n') emptyLines++;
                continue;
            }
            var isIndented = YamlCursor.IsBlank(line[0]);
            if (endsWithBreak && (!isFolded || afterIndented || isIndented)) text.Append('\n');
            else if (endsWithBreak && emptyLines == 0) text.Append(' ');
            text.Append('\n', emptyLines).Append(line);
            (afterIndented, emptyLines) = (isIndented, 0);
            endsWithBreak = cursor.Peek(-1) == '\n';
        }
        if (endsWithBreak && chomping != '-') text.Append('\n');
        if (chomping == '+') text.Append('\n', emptyLines);
        return text.ToString();
    }

    (char Chomping, int Indent) Header()
    {
        var (chomping, indent) = (' ', 0);
        for (; !YamlCursor.IsBlankOrEnd(cursor.Current); cursor.At++)
        {
            if (cursor.Current is '+' or '-' && chomping == ' ') chomping = cursor.Current;
            else if (cursor.Current is >= '1' and <= '9' && indent == 0) indent = cursor.Current - '0';
            else throw cursor.Problem("after | or >, only +, - and one digit may stand; begin the text in a new line");
        }
        cursor.SkipBlanks();
        if (cursor.Current == '#' && YamlCursor.IsBlank(cursor.Peek(-1))) cursor.SkipLine();
        if (cursor.Current == '\n') cursor.At++;
        else if (!cursor.IsAtEnd) throw cursor.Problem("the text after | or > begins in a new line");
        return (chomping, indent);
    }

    /// <summary>
    /// The number of spaces before the first line that is not empty, at least 1. If a line before it has more, the
    /// scalar ends there, as with libyaml.
    /// </summary>
    int FirstIndent(int parent)
    {
        var (indent, spaces) = (parent < 0 ? 1 : parent + 1, 0);
        for (var distance = 0; cursor.Peek(distance) is ' ' or '\n'; distance++)
        {
            spaces = cursor.Peek(distance) == ' ' ? spaces + 1 : 0;
            indent = Math.Max(indent, spaces);
        }
        return indent;
    }

    /// <summary>The next line without its indentation; null if it does not belong to the scalar.</summary>
    string? Line(int indent)
    {
        var spaces = 0;
        while (spaces < indent && cursor.Peek(spaces) == ' ') spaces++;
        var next = cursor.Peek(spaces);
        if (spaces < indent && next != '\n') return null;
        cursor.At += spaces;
        var begin = cursor.At;
        cursor.SkipLine();
        var line = cursor.Slice(begin, cursor.At);
        if (cursor.Current == '\n') cursor.At++;
        return line;
    }
}
