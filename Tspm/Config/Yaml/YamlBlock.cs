namespace Tspm.Config.Yaml;

/// <summary>Reads block collections, whose structure is their indentation (chapter 8.2).</summary>
internal sealed class YamlBlock
{
    /// <summary>Where JSON has names, YAML allows any node.</summary>
    public const string KeyProblem = "a key must be a string, not a list or a mapping";

    readonly YamlCursor _cursor;
    readonly YamlScalarReader _scalars;
    readonly YamlBlockScalar _blocks;
    readonly YamlAnchors _anchors;
    readonly YamlFlow _flow;

    public YamlBlock(YamlCursor cursor)
    {
        _cursor = cursor;
        (_scalars, _blocks, _anchors) = (new(cursor), new(cursor), new(cursor));
        _flow = new(cursor, _scalars, _anchors);
    }

    /// <summary>Reads the node of a document.</summary>
    /// <param name="isAfterMarker">Whether <c>---</c> stands before it in the same line.</param>
    public YamlNode ReadRoot(bool isAfterMarker) =>
        Node(-1, isAfterMarker ? Place.Value : Place.Root);

    /// <summary>What stands before a node in its line.</summary>
    enum Place
    {
        /// <summary>Nothing: a collection may begin here.</summary>
        Root,

        /// <summary><c>-</c> or <c>?</c>: a collection may begin in the same line.</summary>
        Entry,

        /// <summary>A key, or <c>---</c>: a collection begins in a new line.</summary>
        Value,
    }

    /// <summary>Reads a node.</summary>
    /// <param name="parent">Column of the collection that contains it; -1 at the root.</param>
    YamlNode Node(int parent, Place place)
    {
        _cursor.Enter();
        var node = Read(parent, place);
        _cursor.Leave();
        return node;
    }

    YamlNode Read(int parent, Place place)
    {
        var before = _cursor.At;
        var isNewLine = _cursor.SkipToContent() || place == Place.Root;
        var hasTab = _cursor.Slice(before, _cursor.At).Contains('\t');
        var properties = new YamlProperties();
        // What stands before a key in the same line belongs to the key.
        while (_anchors.IsAtProperty && IsInside(parent, isNewLine, place) && !(MayBegin() && IsAtKey()))
        {
            _anchors.Read(properties);
            isNewLine |= _cursor.SkipToContent();
        }
        var begin = _cursor.At;
        if (_cursor.IsAtDocumentEnd || !IsInside(parent, isNewLine, place)) return Scalar("", isPlain: true);
        if (_cursor.IsAtIndicator('-'))
        {
            RefuseUnlessMayBegin("a list (-)");
            return List(properties);
        }
        if (_cursor.IsAtIndicator('?') || IsAtKey())
        {
            RefuseUnlessMayBegin("another 'key: value'");
            return Map(properties);
        }
        return _cursor.Current switch
        {
            '|' or '>' => Scalar(_blocks.Read(parent), isPlain: false),
            '"' or '\'' => InLine(Scalar(_scalars.Quoted(), isPlain: false)),
            '[' or '{' => InLine(_flow.Read(properties)),
            '*' => InLine(_anchors.Alias(properties)),
            _ => Scalar(_scalars.Plain(parent, inFlow: false), isPlain: true),
        };

        bool MayBegin() => isNewLine || place == Place.Entry && properties.IsEmpty;

        void RefuseUnlessMayBegin(string what)
        {
            if (!MayBegin() || hasTab && !isNewLine)
                throw _cursor.Problem($"{what} cannot begin here; begin it in a new line, or quote the value");
        }

        YamlScalar Scalar(string text, bool isPlain) =>
            _anchors.Name(new YamlScalar(begin, text, isPlain, properties.Tag), properties);
    }

    /// <summary>
    /// Whether what stands here is indented enough for a node of the collection. A list that is the value of a key
    /// needs no indentation.
    /// </summary>
    bool IsInside(int parent, bool isNewLine, Place place)
    {
        if (!isNewLine) return true;
        var column = _cursor.Column();
        return column > parent || column == parent && place == Place.Value && _cursor.IsAtIndicator('-');
    }

    /// <summary>Refuses what follows a complete node in its line.</summary>
    YamlNode InLine(YamlNode node)
    {
        if (_cursor.SkipToContent() || _cursor.IsAtEnd) return node;
        throw _cursor.Current == ':' && node is YamlList or YamlMap
            ? _cursor.Problem(KeyProblem, node.At)
            : _cursor.Problem("unexpected text after the value");
    }

    YamlList List(YamlProperties properties)
    {
        var column = _cursor.Column();
        var list = _anchors.Name(new YamlList(_cursor.At), properties);
        do
        {
            _cursor.At++;
            list.Items.Add(Node(column, Place.Entry));
        }
        while (IsNext(column) && _cursor.IsAtIndicator('-'));
        return list;
    }

    YamlMap Map(YamlProperties properties)
    {
        var column = _cursor.Column();
        var map = _anchors.Name(new YamlMap(_cursor.At), properties);
        do
        {
            if (_cursor.IsAtIndicator('?'))
            {
                _cursor.At++;
                var key = Node(column, Place.Entry);
                if (key is not (YamlScalar or YamlAlias { Target: YamlScalar or null }))
                    throw _cursor.Problem(KeyProblem, key.At);
                map.Add(key, IsNext(column) && _cursor.IsAtIndicator(':') ? Value(column, Place.Entry) : Nothing());
            }
            else
            {
                var key = Key();
                map.Add(key, Value(column, Place.Value));
            }
        }
        while (IsNext(column) && !_cursor.IsAtIndicator('-'));
        return map;
    }

    /// <summary>Reads a value; the cursor is at the colon before it.</summary>
    YamlNode Value(int column, Place place)
    {
        _cursor.At++;
        return Node(column, place);
    }

    /// <summary>Moves to the next character and says whether the collection in this column continues there.</summary>
    bool IsNext(int column)
    {
        _cursor.SkipToContent();
        if (_cursor.IsAtDocumentEnd) return false;
        var found = _cursor.Column();
        return found <= column
            ? found == column
            : throw _cursor.Problem("this line does not belong to what is above: check its indentation");
    }

    /// <summary>Whether a key begins here: a scalar or an alias in one line, followed by a colon.</summary>
    bool IsAtKey()
    {
        if (_cursor.Current is '[' or '{' || _cursor.IsAtIndicator('-')) return false;
        var begin = _cursor.At;
        SkipKey();
        var isKey = _cursor.IsAtIndicator(':');
        _cursor.At = begin;
        return isKey;
    }

    /// <summary>Moves to the colon after a key, or to wherever the text turns out not to be a key.</summary>
    void SkipKey()
    {
        while (_anchors.IsAtProperty)
        {
            while (!YamlCursor.IsBlankOrEnd(_cursor.Current)) _cursor.At++;
            _cursor.SkipBlanks();
        }
        var quote = _cursor.Current;
        if (quote is '"' or '\'')
        {
            for (_cursor.At++; _cursor.Current != quote; _cursor.At++)
            {
                if (_cursor.Current == '\\' && quote == '"') _cursor.At++;
                if (_cursor.Current is '\n' or YamlCursor.End) return;
            }
            _cursor.At++;
            if (_cursor.Current == '\'' && quote == '\'') SkipKey();
            _cursor.SkipBlanks();
            return;
        }
        for (; _cursor.Current is not ('\n' or YamlCursor.End) && !_cursor.IsAtIndicator(':'); _cursor.At++)
            if (_cursor.Current == '#' && YamlCursor.IsBlank(_cursor.Peek(-1))) return;
    }

    YamlNode Key()
    {
        if (!IsAtKey()) throw _cursor.Problem("expected 'key: value'");
        var properties = new YamlProperties();
        _anchors.Read(properties);
        var begin = _cursor.At;
        if (_cursor.Current == '*')
        {
            var alias = _anchors.Alias(properties);
            _cursor.SkipBlanks();
            if (!_cursor.IsAtIndicator(':')) throw _cursor.Problem("expected a colon after the key");
            return alias is { Target: YamlScalar or null } ? alias : throw _cursor.Problem(KeyProblem, begin);
        }
        var isPlain = _cursor.Current is not ('"' or '\'');
        var text = !isPlain ? _scalars.Quoted()
            : _cursor.IsAtIndicator(':') ? ""
            : _scalars.Plain(-1, inFlow: false, isKey: true);
        _cursor.SkipBlanks();
        if (!_cursor.IsAtIndicator(':')) throw _cursor.Problem("expected a colon after the key");
        return _anchors.Name(new YamlScalar(begin, text, isPlain, properties.Tag), properties);
    }

    YamlScalar Nothing() => new(_cursor.At, "", isPlain: true, tag: null);
}
