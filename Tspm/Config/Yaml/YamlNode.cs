namespace Tspm.Config.Yaml;

/// <summary>A node of a YAML document.</summary>
/// <param name="at">Index of its first character in the text, for messages.</param>
internal abstract class YamlNode(int at)
{
    /// <summary>Index of its first character in the text, see <see cref="YamlDocument.LineOf"/>.</summary>
    public int At { get; } = at;
}

/// <summary>A text, number or other single value, or nothing: an empty plain scalar.</summary>
internal sealed class YamlScalar(int at, string text, bool isPlain, string? tag) : YamlNode(at)
{
    /// <summary>The text without quotes and escapes, with folded lines joined.</summary>
    public string Text { get; } = text;

    /// <summary>Whether it stands without quotes and is not a block (<c>|</c> or <c>&gt;</c>).</summary>
    public bool IsPlain { get; } = isPlain;

    /// <summary>The tag as written, such as <c>!!str</c>, or null.</summary>
    public string? Tag { get; } = tag;
}

/// <summary>A sequence.</summary>
internal sealed class YamlList(int at) : YamlNode(at)
{
    public List<YamlNode> Items { get; } = [];
}

/// <summary>A mapping: the key of each pair, followed by its value, in the order of the text.</summary>
internal sealed class YamlMap(int at) : YamlNode(at)
{
    public List<YamlNode> KeysAndValues { get; } = [];

    public void Add(YamlNode key, YamlNode value)
    {
        KeysAndValues.Add(key);
        KeysAndValues.Add(value);
    }
}

/// <summary>An alias (<c>*name</c>). The target may contain the alias itself.</summary>
internal sealed class YamlAlias(int at, string name, YamlNode? target) : YamlNode(at)
{
    public string Name { get; } = name;

    /// <summary>Null if no anchor before the alias has that name.</summary>
    public YamlNode? Target { get; } = target;
}

/// <summary>Thrown for a text that is not YAML. The message is a phrase without the place.</summary>
internal sealed class YamlSyntaxException(string problem, int line, int column) : Exception(problem)
{
    /// <summary>Counted from 1.</summary>
    public int Line { get; } = line;

    /// <summary>Counted from 1, in UTF-16 code units.</summary>
    public int Column { get; } = column;
}
