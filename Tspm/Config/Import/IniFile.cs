using System.Globalization;

namespace Tspm.Config.Import;

/// <summary>One section of an ini file, its keys in order.</summary>
internal sealed class IniSection(string name)
{
    readonly List<string> _values = [];

    public string Name => name;

    /// <summary>In order.</summary>
    public List<string> Keys { get; } = [];

    /// <summary>The last one counts, as for Python's reader.</summary>
    public void Set(string key, string value)
    {
        if (Keys.IndexOf(key) is >= 0 and var at) _values[at] = value;
        else
        {
            Keys.Add(key);
            _values.Add(value);
        }
    }

    /// <summary>Null: it is not there.</summary>
    public string? Get(string key) => Keys.IndexOf(key) is >= 0 and var at ? _values[at] : null;
}

/// <summary>
/// Ini files as supervisord reads them, by Python's configparser: sections, <c>key = value</c> or <c>key: value</c>,
/// lines that go on when they are indented, comments from <c>;</c> or <c>#</c> at the beginning of a line or behind a
/// space.
/// </summary>
internal static class IniFile
{
    /// <summary>Adds the sections of a file to those that there are; one that comes again is continued.</summary>
    /// <exception cref="ImportException">
    /// A line is neither a section, a setting, a continuation nor a comment.
    /// </exception>
    public static void Read(string text, string file, List<IniSection> sections)
    {
        IniSection? section = null;
        var (line, key) = (0, (string?)null);
        foreach (var raw in text.TrimStart('\uFEFF').Split('\n'))
        {
            line++;
            var content = WithoutComment(raw.TrimEnd());
            if (content.AsSpan().Trim().IsEmpty) continue;
            if (char.IsWhiteSpace(content[0]) && section is not null && key is not null)
            {
                section.Set(key,
                    section.Get(key) is { Length: > 0 } before ? $"{before}\n{content.Trim()}" : content.Trim());
                continue;
            }
            content = content.Trim();
            if (content[0] == '[' && content.EndsWith(']'))
            {
                (section, key) = (SectionOf(content[1..^1].Trim(), sections), null);
                continue;
            }
            var at = content.AsSpan().IndexOfAny('=', ':');
            if (section is null || at <= 0)
                throw new ImportException(string.Create(CultureInfo.InvariantCulture,
                    $"{file}, line {line} is not understood; expected [section] or key = value"));
            key = content[..at].Trim().ToLowerInvariant();
            section.Set(key, content[(at + 1)..].Trim());
        }
    }

    static IniSection SectionOf(string name, List<IniSection> sections)
    {
        if (sections.Find(section => section.Name == name) is { } known) return known;
        var added = new IniSection(name);
        sections.Add(added);
        return added;
    }

    static string WithoutComment(string line)
    {
        for (var i = 0; i < line.Length; i++)
            if (line[i] is ';' or '#' && (i == 0 || char.IsWhiteSpace(line[i - 1]))) return line[..i].TrimEnd();
        return line;
    }
}
