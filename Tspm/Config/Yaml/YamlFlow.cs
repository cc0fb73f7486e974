namespace Tspm.Config.Yaml;

/// <summary>Reads flow collections (chapter 7.4): <c>[a, b]</c> and <c>{a: b}</c>.</summary>
internal sealed class YamlFlow(YamlCursor cursor, YamlScalarReader scalars, YamlAnchors anchors)
{
    /// <summary>Reads a collection; the cursor is at its bracket.</summary>
    public YamlNode Read(YamlProperties properties)
    {
        cursor.Enter();
        var node = cursor.Current == '[' ? List(properties) : (YamlNode)Map(properties);
        cursor.Leave();
        return node;
    }

    YamlList List(YamlProperties properties)
    {
        var list = anchors.Name(new YamlList(cursor.At), properties);
        for (Begin(']', list); cursor.Current != ']'; Next(']', list))
        {
            var begin = cursor.At;
            var isPair = cursor.IsAtIndicator('?');
            if (isPair) cursor.At++;
            var item = Node();
            var hasColon = IsAtColon(begin);
            if (!isPair && !hasColon)
            {
                list.Items.Add(item);
                continue;
            }
            // A single pair is a mapping of its own.
            var pair = new YamlMap(begin);
            list.Items.Add(pair);
            pair.Add(Key(item), Value(hasColon));
        }
        cursor.At++;
        return list;
    }

    YamlMap Map(YamlProperties properties)
    {
        var map = anchors.Name(new YamlMap(cursor.At), properties);
        for (Begin('}', map); cursor.Current != '}'; Next('}', map))
        {
            if (cursor.IsAtIndicator('?')) cursor.At++;
            cursor.SkipToContent(inFlow: true);
            var begin = cursor.At;
            var key = Key(Node());
            map.Add(key, Value(IsAtColon(begin)));
        }
        cursor.At++;
        return map;
    }

    void Begin(char close, YamlNode collection)
    {
        cursor.At++;
        Skip(close, collection);
        if (cursor.Current == ',') throw cursor.Problem("a value is missing before the comma");
    }

    void Next(char close, YamlNode collection)
    {
        Skip(close, collection);
        if (cursor.Current == close) return;
        if (cursor.Current != ',') throw cursor.Problem($"expected a comma or '{close}'");
        Begin(close, collection);
    }

    void Skip(char close, YamlNode collection)
    {
        cursor.SkipToContent(inFlow: true);
        if (cursor.IsAtDocumentEnd) throw cursor.Problem($"the '{close}' that closes this is missing", collection.At);
    }

    /// <summary>Reads the value after a key: nothing without a colon.</summary>
    YamlNode Value(bool hasColon)
    {
        if (!hasColon) return Nothing();
        cursor.At++;
        return Node();
    }

    /// <summary>
    /// Moves on to what follows the node that began at <paramref name="begin"/>, and says whether that is the colon
    /// after a key.
    /// </summary>
    bool IsAtColon(int begin)
    {
        var end = cursor.At;
        cursor.SkipToContent(inFlow: true);
        if (cursor.Current != ':') return false;
        // After a quotation mark or a bracket, as in JSON, nothing need follow the colon.
        var isJson = end > begin && cursor.At > 0 && cursor.Slice(end - 1, end) is "\"" or "'" or "]" or "}";
        return isJson || YamlCursor.IsBlankOrEnd(cursor.Peek(1)) || YamlCursor.IsFlowIndicator(cursor.Peek(1));
    }

    YamlNode Key(YamlNode key) =>
        key is YamlScalar or YamlAlias { Target: YamlScalar or null }
            ? key
            : throw cursor.Problem(YamlBlock.KeyProblem, key.At);

    YamlNode Node()
    {
        var properties = new YamlProperties();
        cursor.SkipToContent(inFlow: true);
        while (anchors.IsAtProperty)
        {
            anchors.Read(properties);
            cursor.SkipToContent(inFlow: true);
        }
        var begin = cursor.At;
        switch (cursor.Current)
        {
            case '[' or '{':
                return Read(properties);
            case '*':
                return anchors.Alias(properties);
            case '"' or '\'':
                return Scalar(scalars.Quoted(), isPlain: false);
            case ',' or ']' or '}' or YamlCursor.End:
            case ':' when YamlCursor.IsBlankOrEnd(cursor.Peek(1)) || YamlCursor.IsFlowIndicator(cursor.Peek(1)):
                return Scalar("", isPlain: true);
            default:
                return Scalar(scalars.Plain(-1, inFlow: true), isPlain: true);
        }

        YamlScalar Scalar(string text, bool isPlain) =>
            anchors.Name(new YamlScalar(begin, text, isPlain, properties.Tag), properties);
    }

    YamlScalar Nothing() => new(cursor.At, "", isPlain: true, tag: null);
}
