using System.Globalization;

namespace Tspm.Config.Yaml;

/// <summary>A place in a YAML text, and what all parts of the reader have to know about the characters there.</summary>
internal sealed class YamlCursor
{
    /// <summary>Stands for the end of the text, which contains no such character.</summary>
    public const char End = '\0';

    /// <summary>As many as System.Text.Json reads (64), less some for its users.</summary>
    public const int MaxDepth = 60;

    readonly string _text;
    int _depth;

    /// <param name="text">The text. Line breaks become line feeds.</param>
    /// <exception cref="YamlSyntaxException">The text contains a control character.</exception>
    public YamlCursor(string text)
    {
        _text = text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        for (var i = 0; i < _text.Length; i++)
        {
            if (!char.IsControl(_text[i]) || _text[i] is '\n' or '\t' or '\u0085') continue;
            throw Problem(string.Create(CultureInfo.InvariantCulture,
                $"the control character U+{(int)_text[i]:X4} is not allowed; in double quotes, write an escape"), i);
        }
    }

    /// <summary>Index of the present character.</summary>
    public int At { get; set; }

    public int Length => _text.Length;

    public bool IsAtEnd => At >= _text.Length;

    /// <summary>The present character, or <see cref="End"/>.</summary>
    public char Current => Peek(0);

    /// <summary>The character at a distance, or <see cref="End"/>.</summary>
    public char Peek(int distance) =>
        (uint)(At + distance) < (uint)_text.Length ? _text[At + distance] : End;

    public string Slice(int from, int to) => _text[from..to];

    public static bool IsBlank(char letter) => letter is ' ' or '\t';

    public static bool IsBlankOrEnd(char letter) => letter is ' ' or '\t' or '\n' or End;

    /// <summary>One of the characters that separate the parts of a flow collection.</summary>
    public static bool IsFlowIndicator(char letter) => letter is ',' or '[' or ']' or '{' or '}';

    /// <summary>Whether an indicator (<c>-</c>, <c>?</c>, <c>:</c>) stands here, followed by a blank.</summary>
    public bool IsAtIndicator(char indicator) => Current == indicator && IsBlankOrEnd(Peek(1));

    /// <summary>Whether a line begins here with <c>---</c> or <c>...</c>.</summary>
    public bool IsAtMarker(char letter) =>
        Current == letter && Peek(1) == letter && Peek(2) == letter && IsBlankOrEnd(Peek(3)) && IsAtLineStart;

    /// <summary>Whether the document ends here.</summary>
    public bool IsAtDocumentEnd => IsAtEnd || IsAtMarker('-') || IsAtMarker('.');

    bool IsAtLineStart => At == 0 || _text[At - 1] == '\n';

    /// <summary>Number of characters between the line's start and this place.</summary>
    public int Column() => At - LineStart(At);

    int LineStart(int at) => at == 0 ? 0 : _text.LastIndexOf('\n', at - 1) + 1;

    /// <summary>The line of a place, counted from 1.</summary>
    public int LineOf(int at) => _text.AsSpan(0, at).Count('\n') + 1;

    public void SkipBlanks()
    {
        while (IsBlank(Current)) At++;
    }

    public void SkipLine()
    {
        while (!IsAtEnd && Current != '\n') At++;
    }

    /// <summary>Moves over blanks, line breaks and comments.</summary>
    /// <param name="inFlow">Whether tabs may indent a line.</param>
    /// <returns>Whether a line break was among them.</returns>
    public bool SkipToContent(bool inFlow = false)
    {
        for (var hasBreak = false; ; hasBreak = true, At++)
        {
            var (isLineStart, begin) = (IsAtLineStart, At);
            SkipBlanks();
            if (Current == '#' && (isLineStart || IsBlank(Peek(-1)))) SkipLine();
            if (Current == '\n') continue;
            if (isLineStart && !inFlow && !IsAtEnd && _text.AsSpan(begin, At - begin).Contains('\t'))
                throw Problem("a tab must not indent a line; use spaces", begin);
            return hasBreak;
        }
    }

    /// <summary>Counts a level of nesting; <see cref="Leave"/> takes it back.</summary>
    public void Enter()
    {
        if (++_depth > MaxDepth) throw Problem($"more than {MaxDepth} levels of nesting");
    }

    public void Leave() => _depth--;

    public YamlSyntaxException Problem(string problem) => Problem(problem, At);

    public YamlSyntaxException Problem(string problem, int at) => new(problem, LineOf(at), at - LineStart(at) + 1);
}
