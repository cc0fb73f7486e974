namespace Tspm.Config.Yaml;

/// <summary>
/// Reads YAML 1.2 (yaml.org/spec/1.2.2): a file with one document. Written for Tspm, because every YAML library that
/// runs without reflection validates anchors and tags with regular expressions that need all engines of
/// System.Text.RegularExpressions: together, half a megabyte of the executable. It reads everything except what no
/// config file needs: keys that are not scalars, several documents, and the resolution of tags, which are kept as
/// written. Where libyaml is more lenient than the specification, so is this reader: the lines of quoted texts and of
/// flow collections need no indentation.
/// </summary>
internal sealed class YamlDocument
{
    readonly YamlCursor _cursor;

    YamlDocument(YamlCursor cursor) => _cursor = cursor;

    /// <summary>The node of the document: an empty scalar if the text has only comments or nothing at all.</summary>
    public YamlNode Root { get; private set; } = new YamlScalar(0, "", isPlain: true, tag: null);

    /// <summary>The line of a node, counted from 1.</summary>
    public int LineOf(YamlNode node) => _cursor.LineOf(node.At);

    /// <summary>Reads a document.</summary>
    /// <exception cref="YamlSyntaxException">The text is not YAML, or has more than one document.</exception>
    public static YamlDocument Read(string text)
    {
        var document = new YamlDocument(new YamlCursor(text));
        document.ReadAll();
        return document;
    }

    void ReadAll()
    {
        var hasDirectives = SkipDirectives();
        var begins = _cursor.IsAtMarker('-');
        if (begins) _cursor.At += 3;
        else if (hasDirectives) throw _cursor.Problem("after a directive (%), the document must begin with '---'");
        Root = new YamlBlock(_cursor).ReadRoot(isAfterMarker: begins);
        _cursor.SkipToContent();
        var ends = false;
        while (_cursor.IsAtMarker('.'))
        {
            (_cursor.At, ends) = (_cursor.At + 3, true);
            _cursor.SkipToContent();
        }
        if (_cursor.IsAtEnd) return;
        throw ends || _cursor.IsAtMarker('-')
            ? _cursor.Problem("the file has several documents (---); keep only one")
            : _cursor.Problem("this line does not belong to what is above: check its indentation");
    }

    bool SkipDirectives()
    {
        _cursor.SkipToContent();
        var found = false;
        while (_cursor.Current == '%' && _cursor.Column() == 0)
        {
            found = true;
            _cursor.SkipLine();
            _cursor.SkipToContent();
        }
        return found;
    }
}
