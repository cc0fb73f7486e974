namespace Tspm.Config.Yaml;

/// <summary>The tag and the anchor before a node (chapter 6.9), each null if there is none.</summary>
internal sealed class YamlProperties
{
    public string? Tag { get; set; }
    public string? Anchor { get; set; }

    public bool IsEmpty => Tag is null && Anchor is null;
}

/// <summary>Reads tags, anchors and aliases, and knows which node each anchor names.</summary>
internal sealed class YamlAnchors(YamlCursor cursor)
{
    readonly Dictionary<string, YamlNode> _nodes = new(StringComparer.Ordinal);

    /// <summary>Whether a tag or an anchor begins here.</summary>
    public bool IsAtProperty => cursor.Current is '!' or '&';

    /// <summary>Adds the tags and anchors up to the end of the line to those read before.</summary>
    public void Read(YamlProperties properties)
    {
        while (IsAtProperty)
        {
            var isTag = cursor.Current == '!';
            if ((isTag ? properties.Tag : properties.Anchor) is not null)
                throw cursor.Problem($"a value cannot have two {(isTag ? "tags (!)" : "anchors (&)")}");
            if (isTag) properties.Tag = Word();
            else properties.Anchor = Name();
            if (!YamlCursor.IsBlankOrEnd(cursor.Current) && !YamlCursor.IsFlowIndicator(cursor.Current))
                throw cursor.Problem("a tag or an anchor must be followed by a space");
            cursor.SkipBlanks();
        }
    }

    /// <summary>Names a node. A collection is named before its content is read, which may refer to it.</summary>
    public T Name<T>(T node, YamlProperties properties) where T : YamlNode
    {
        if (properties.Anchor is { } name) _nodes[name] = node;
        return node;
    }

    /// <summary>Reads an alias; the cursor is at its asterisk.</summary>
    public YamlAlias Alias(YamlProperties properties)
    {
        if (!properties.IsEmpty) throw cursor.Problem("an alias (*) cannot have a tag or an anchor");
        var begin = cursor.At;
        var name = Name();
        return new YamlAlias(begin, name, _nodes.GetValueOrDefault(name));
    }

    string Name()
    {
        var begin = cursor.At++;
        var name = Word(begin + 1);
        return name.Length > 0 ? name : throw cursor.Problem("a name must follow & and *", begin);
    }

    string Word() => Word(cursor.At);

    /// <summary>
    /// Moves to the end of a tag or a name. A colon at its end belongs to the pair of which it is the key.
    /// </summary>
    string Word(int begin)
    {
        while (!YamlCursor.IsBlankOrEnd(cursor.Current) && !YamlCursor.IsFlowIndicator(cursor.Current)
            && !cursor.IsAtIndicator(':')) cursor.At++;
        return cursor.Slice(begin, cursor.At);
    }
}
