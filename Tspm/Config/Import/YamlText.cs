using System.Globalization;
using System.Text.Json;
using SharpYaml;
using SharpYaml.Events;

namespace Tspm.Config.Import;

/// <summary>
/// Converts YAML to JSON: one document, scalar keys, plain scalars by the core schema of YAML 1.2 (chapter 10.3),
/// anchors, and merge keys, which PM2 files contain. This is the only file that uses SharpYaml, and only its parser.
/// </summary>
internal sealed class YamlText
{
    /// <summary>Limit for the expansion of nested aliases; an ecosystem file has some hundred nodes.</summary>
    const int MaxNodes = 100_000;

    const int MaxLevels = 100;

    /// <summary>Limit for the output: a long text counts each time that an alias repeats it.</summary>
    const long MaxBytes = 16 << 20;

    readonly List<ParsingEvent> _events = [];
    readonly Dictionary<string, int> _anchors = new(StringComparer.Ordinal);
    int _written;

    YamlText(string text)
    {
        var parser = Parser.CreateParser(new StringReader(text));
        var documents = 0;
        while (parser.MoveNext())
        {
            var present = parser.Current!;
            if (present is DocumentStart && ++documents > 1) throw Problem(present, "the file has several documents");
            if (present is StreamStart or StreamEnd or DocumentStart or DocumentEnd) continue;
            if (present is NodeEvent { Anchor: { } anchor }) _anchors[anchor] = _events.Count;
            _events.Add(present);
        }
    }

    /// <summary>Reads a document.</summary>
    /// <exception cref="ImportException">The text is not valid YAML, or JSON cannot express it; the message names the
    /// line.</exception>
    public static JsonElement Read(string text)
    {
        try
        {
            var yaml = new YamlText(text);
            using var bytes = new MemoryStream();
            using (var writer = new Utf8JsonWriter(bytes))
            {
                if (yaml._events.Count > 0) yaml.Write(writer, 0, 0);
                else writer.WriteNullValue();
            }
            using var document = JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
            return document.RootElement.Clone();
        }
        catch (YamlException mistake)
        {
            throw new ImportException(string.Create(CultureInfo.InvariantCulture,
                $"it is not valid YAML at line {mistake.Start.Line + 1}: {WithoutPlace(mistake.Message)}"));
        }
    }

    const string TooManyAliases = "the aliases (*NAME) expand to too much data; write some of the values out instead";

    void Write(Utf8JsonWriter writer, int at, int level)
    {
        if (++_written > MaxNodes || level > MaxLevels || writer.BytesCommitted + writer.BytesPending > MaxBytes)
            throw Problem(_events[at], TooManyAliases);
        switch (_events[at])
        {
            case AnchorAlias alias:
                Write(writer, Target(alias, at), level + 1);
                break;
            case Scalar scalar:
                WriteScalar(writer, scalar);
                break;
            case SequenceStart:
                writer.WriteStartArray();
                for (var item = at + 1; _events[item] is not SequenceEnd; item = After(item))
                    Write(writer, item, level + 1);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStartObject();
                foreach (var (key, value) in Pairs(at, level))
                {
                    writer.WritePropertyName(key);
                    Write(writer, value, level + 1);
                }
                writer.WriteEndObject();
                break;
        }
    }

    /// <summary>
    /// The keys of a mapping with the indexes of their values. Its own keys take precedence over merged ones
    /// (yaml.org/type/merge.html).
    /// </summary>
    Dictionary<string, int> Pairs(int mapping, int level)
    {
        var pairs = new Dictionary<string, int>(StringComparer.Ordinal);
        var merged = new List<int>();
        for (var at = mapping + 1; _events[at] is not MappingEnd; at = After(at))
        {
            if (_events[at] is not Scalar key) throw Problem(_events[at], "a key must be a string");
            at++;
            if (key is { Value: "<<", Style: ScalarStyle.Plain }) merged.Add(at);
            else if (!pairs.TryAdd(key.Value, at)) throw Problem(key, $"'{key.Value}' is given twice");
        }
        foreach (var at in merged) Merge(pairs, at, level + 1);
        return pairs;
    }

    void Merge(Dictionary<string, int> pairs, int from, int level)
    {
        if (++_written > MaxNodes || level > MaxLevels) throw Problem(_events[from], TooManyAliases);
        switch (_events[from])
        {
            case AnchorAlias alias:
                Merge(pairs, Target(alias, from), level + 1);
                break;
            case MappingStart:
                foreach (var (key, value) in Pairs(from, level)) pairs.TryAdd(key, value);
                break;
            case SequenceStart:
                for (var item = from + 1; _events[item] is not SequenceEnd; item = After(item))
                    Merge(pairs, item, level + 1);
                break;
            default:
                throw Problem(_events[from], "'<<' needs a mapping or a list of mappings");
        }
    }

    int Target(AnchorAlias alias, int at) =>
        _anchors.TryGetValue(alias.Value, out var target) && target < at
            ? target
            : throw Problem(alias, $"there is no &{alias.Value} before this alias");

    /// <summary>The index of the next node.</summary>
    int After(int at)
    {
        var depth = 0;
        do
        {
            if (_events[at] is SequenceStart or MappingStart) depth++;
            else if (_events[at] is SequenceEnd or MappingEnd) depth--;
            at++;
        }
        while (depth > 0);
        return at;
    }

    static void WriteScalar(Utf8JsonWriter writer, Scalar scalar)
    {
        var text = scalar.Value;
        if (scalar.Style != ScalarStyle.Plain || scalar.Tag is not null) writer.WriteStringValue(text);
        else if (text is "" or "~" or "null" or "Null" or "NULL") writer.WriteNullValue();
        else if (text is "true" or "True" or "TRUE") writer.WriteBooleanValue(true);
        else if (text is "false" or "False" or "FALSE") writer.WriteBooleanValue(false);
        else if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            writer.WriteNumberValue(number);
        else if (text.StartsWith("0x", StringComparison.Ordinal)
            && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out number)) writer.WriteNumberValue(number);
        else if (IsFraction(text)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var fraction)
                && double.IsFinite(fraction)) writer.WriteNumberValue(fraction);
        else writer.WriteStringValue(text);
    }

    /// <summary>
    /// Whether the text looks like a number. Other texts that .NET would accept ("Infinity", blanks) are strings.
    /// </summary>
    static bool IsFraction(string text) =>
        char.IsAsciiDigit(text[^1]) && (char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.');

    static ImportException Problem(ParsingEvent at, string sentence) =>
        new(string.Create(CultureInfo.InvariantCulture, $"line {at.Start.Line + 1}: {sentence}"));

    /// <summary>
    /// The message of the parser without its prefix, such as "(Lin: 0, Col: 3, Chr: 3) - (…): ", which counts from 0.
    /// </summary>
    static string WithoutPlace(string message) =>
        message[(message.LastIndexOf("): ", StringComparison.Ordinal) is var end and >= 0 ? end + 3 : 0)..];
}
