using System.Globalization;

namespace Tspm.Config.Import;

/// <summary>A section of an ini file, with its keys in file order.</summary>
internal sealed class IniSection(string name)
{
    readonly List<string> _values = [];

    public string Name => name;

    /// <summary>The keys in file order.</summary>
    public List<string> Keys { get; } = [];

    /// <summary>Sets a value. The last value of a key counts, as in the configparser of Python.</summary>
    public void Set(string key, string value)
    {
        if (Keys.IndexOf(key) is >= 0 and var at) _values[at] = value;
        else
        {
            Keys.Add(key);
            _values.Add(value);
        }
    }

    /// <summary>The value of a key; null if it is missing.</summary>
    public string? Get(string key) => Keys.IndexOf(key) is >= 0 and var at ? _values[at] : null;
}

/// <summary>
/// Reads ini files the way supervisord does, which uses the configparser of Python: sections, <c>key = value</c> or
/// <c>key: value</c>, indented continuation lines, and comments from <c>;</c> or <c>#</c> at the beginning of a line or
/// after a space.
/// </summary>
internal static class IniFile
{
    /// <summary>Adds the sections of a file to the given ones. A section that exists already is continued.</summary>
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
