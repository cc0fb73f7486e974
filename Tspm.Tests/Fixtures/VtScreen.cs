using System.Globalization;
using System.Text;
using Wcwidth;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// A small terminal: it interprets what a program writes (ECMA-48, and the modes of xterm), and has the screen that a
/// user would see.
/// </summary>
/// <param name="width">The columns.</param>
/// <param name="height">The rows.</param>
/// <param name="joins">
/// Whether a character with its marks and joined emoji takes at most two cells, as in newer terminals; otherwise each
/// code point takes its own.
/// </param>
internal sealed class VtScreen(int width, int height, bool joins = true)
{
    readonly Decoder _utf8 = new UTF8Encoding(false, throwOnInvalidBytes: false).GetDecoder();
    readonly StringBuilder _rest = new();
    readonly SortedSet<int> _modes = [7, 25];
    VtCell[,] _cells = Blank(width, height);
    VtCell[,]? _normal;
    int _x, _y;
    (int X, int Y) _saved;
    string _style = "";
    bool _isAtEnd;

    public bool HasWrapped { get; private set; }

    /// <summary>The first sequence that this terminal does not know; null if there was none.</summary>
    public string? Unknown { get; private set; }

    /// <summary>What a program has put on the user's clipboard; null if none has.</summary>
    public string? Clipboard { get; private set; }

    /// <summary>The DEC private modes that are on; 7 (wrapping) and 25 (the cursor) are at the beginning.</summary>
    public IReadOnlyCollection<int> Modes => _modes;

    /// <summary>Whether a program draws on the other screen.</summary>
    public bool IsOpen => _modes.Contains(1049);

    /// <summary>Whether the other screen, the cursor, wrapping and bracketed paste are as without a program.</summary>
    public bool IsRestored => _modes.SetEquals([7, 25]);

    /// <summary>The style that further text would have.</summary>
    public string Style => _style;

    public VtCell this[int x, int y] => _cells[x, y];

    public string Row(int y) => string.Concat(
        Enumerable.Range(0, width).Select(x => _cells[x, y].Text)).TrimEnd();

    public string Text => string.Join('\n', Enumerable.Range(0, height).Select(Row)).TrimEnd('\n');

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        var letters = new char[_utf8.GetCharCount(bytes, flush: false)];
        _utf8.GetChars(bytes, letters, flush: false);
        _rest.Append(letters);
        var text = _rest.ToString();
        var at = 0;
        while (at < text.Length && Step(text, at) is var length and > 0) at += length;
        _rest.Clear().Append(text.AsSpan(at));
    }

    static VtCell[,] Blank(int width, int height)
    {
        var cells = new VtCell[width, height];
        for (var x = 0; x < width; x++)
            for (var y = 0; y < height; y++) cells[x, y] = new VtCell(" ", "");
        return cells;
    }

    /// <summary>How many letters were interpreted; 0: the sequence is not complete yet.</summary>
    int Step(string text, int at)
    {
        switch (text[at])
        {
            case '\e': return Sequence(text, at);
            case '\r': (_x, _isAtEnd) = (0, false); return 1;
            case '\n': LineFeed(); return 1;
            case '\b': (_x, _isAtEnd) = (Math.Max(0, _x - 1), false); return 1;
            case < ' ': return 1;
        }
        var length = joins ? StringInfo.GetNextTextElementLength(text, at)
            : Rune.TryGetRuneAt(text, at, out var rune) ? rune.Utf16SequenceLength : 1;
        Print(text.Substring(at, length));
        return length;
    }

    int Sequence(string text, int at)
    {
        if (at + 1 >= text.Length) return 0;
        if (text[at + 1] == ']')
        {
            var end = text.IndexOf('\a', at);
            if (end >= 0 && text[(at + 2)..end] is ['5', '2', ';', 'c', ';', .. var copied])
                Clipboard = Encoding.UTF8.GetString(Convert.FromBase64String(copied));
            return end < 0 ? 0 : end - at + 1;
        }
        if (text[at + 1] != '[') return 2;
        var last = at + 2;
        while (last < text.Length && text[last] is >= ' ' and < '@') last++;
        if (last >= text.Length) return 0;
        Control(text[(at + 2)..last], text[last]);
        return last - at + 1;
    }

    void Control(string parameters, char final)
    {
        if (parameters.StartsWith('?'))
        {
            foreach (var mode in parameters[1..].Split(';')) Mode(int.Parse(mode, CultureInfo.InvariantCulture), final);
            return;
        }
        var numbers = parameters.Split(';').Select(static text =>
            int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        var first = Math.Max(1, numbers[0]);
        if (final != 'm') _isAtEnd = false;
        switch (final)
        {
            case 'H':
                _y = Math.Min(height - 1, first - 1);
                _x = Math.Min(width - 1, Math.Max(1, numbers.ElementAtOrDefault(1)) - 1);
                break;
            case 'A': _y = Math.Max(0, _y - first); break;
            case 'B': _y = Math.Min(height - 1, _y + first); break;
            case 'C': _x = Math.Min(width - 1, _x + first); break;
            case 'D': _x = Math.Max(0, _x - first); break;
            case 'G': _x = Math.Min(width - 1, first - 1); break;
            case 'J' when numbers[0] == 2: _cells = Blank(width, height); break;
            case 'K' when numbers[0] == 0: for (var x = _x; x < width; x++) _cells[x, _y] = new VtCell(" ", ""); break;
            case 'm': SetStyle(numbers); break;
            default: Unknown ??= $"CSI {parameters} {final}"; break;
        }
    }

    void Mode(int mode, char final)
    {
        if (mode == 1049 && final == 'h' && _normal is null)
        {
            (_normal, _cells) = (_cells, Blank(width, height));
            _saved = (_x, _y);
        }
        if (mode == 1049 && final == 'l' && _normal is { } normal)
        {
            (_cells, _normal) = (normal, null);
            (_x, _y) = _saved;
        }
        _ = final == 'h' ? _modes.Add(mode) : _modes.Remove(mode);
    }

    /// <summary>The parameters since the last 0, as they came.</summary>
    void SetStyle(int[] numbers)
    {
        var last = Array.LastIndexOf(numbers, 0);
        // 0 may also be a part of a colour.
        if (last > 0) last = numbers[0] == 0 ? 0 : -1;
        var added = string.Join(';', numbers[(last + 1)..]);
        _style = last >= 0 || _style.Length == 0 ? added : $"{_style};{added}";
    }

    void LineFeed()
    {
        _isAtEnd = false;
        if (++_y < height) return;
        _y = height - 1;
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++) _cells[x, y] = y + 1 < height ? _cells[x, y + 1] : new VtCell(" ", "");
    }

    void Print(string character)
    {
        var taken = WidthOf(character);
        if (taken == 0)
        {
            var before = _isAtEnd ? _x : Math.Max(0, _x - 1);
            while (before > 0 && _cells[before, _y].Text.Length == 0) before--;
            _cells[before, _y] = _cells[before, _y] with { Text = _cells[before, _y].Text + character };
            return;
        }
        if (_isAtEnd || _x + taken > width) Wrap(taken);
        for (var i = 0; i < taken; i++) Erase(_x + i);
        _cells[_x, _y] = new VtCell(character, _style);
        for (var i = 1; i < taken; i++) _cells[_x + i, _y] = new VtCell("", _style);
        _isAtEnd = _x + taken >= width;
        _x = Math.Min(width - 1, _x + taken);
    }

    void Wrap(int taken)
    {
        if (!_modes.Contains(7))
        {
            _x = width - taken;
            return;
        }
        HasWrapped = true;
        _x = 0;
        LineFeed();
    }

    /// <summary>A character of which a part is overwritten goes as a whole.</summary>
    void Erase(int x)
    {
        var start = x;
        while (start > 0 && _cells[start, _y].Text.Length == 0) start--;
        var end = start + 1;
        while (end < width && _cells[end, _y].Text.Length == 0) end++;
        for (var i = start; i < end; i++) _cells[i, _y] = new VtCell(" ", _cells[i, _y].Style);
    }

    int WidthOf(string character)
    {
        var widest = 0;
        foreach (var rune in character.EnumerateRunes())
            widest = Math.Max(widest, rune.Value == 0xfe0f && joins ? 2 : UnicodeCalculator.GetWidth(rune));
        return Math.Min(widest, width);
    }
}

/// <summary>A cell of a terminal.</summary>
/// <param name="Text">One visible character; empty where a wider one to the left covers the cell.</param>
/// <param name="Style">The parameters of its style (SGR), without the 0.</param>
internal sealed record VtCell(string Text, string Style);
