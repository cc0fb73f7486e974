using System.Text;
using System.Text.Json.Nodes;
using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;
using Tspm.Json;

namespace Tspm.Config;

/// <summary>
/// Converts TOML to JSON, so that both go through the same checks. Only the syntax tree of Tomlyn is used and converted
/// by hand: it needs no reflection and knows the line of every value. Dates and infinities, which JSON does not have,
/// become the text that was written.
/// </summary>
internal static class TomlDocument
{
    /// <summary>Maximum depth, the same as for JSON: deeper nesting is a mistake or an attack.</summary>
    const int MaxDepth = 64;

    const int LongestProblem = 300;

    public static ConfigDocument Parse(ReadOnlySpan<byte> text, string path)
    {
        var document = ParseSyntax(Encoding.UTF8.GetString(text), path);
        if (document.HasErrors)
        {
            var first = document.Diagnostics.First(message => message.Kind == DiagnosticMessageKind.Error);
            throw Broken(path, first.Span.Start.Line, TomlProblem.Words(first.Message));
        }
        var builder = new Builder(path);
        builder.AddAll(builder.Root, "", document.KeyValues, 0);
        foreach (var table in document.Tables) builder.AddTable(table);
        return new ConfigDocument(JsonText.ToElement(writer => builder.Root.WriteTo(writer)), builder.Lines);
    }

    static DocumentSyntax ParseSyntax(string text, string path)
    {
        try
        {
            return SyntaxParser.Parse(text, path, validate: true);
        }
        catch (TomlException)
        {
            // Syntax errors come as diagnostics; this exception is how the parser protects its stack.
            throw new ConfigFileException($"the config file {path} is not valid TOML: the values are nested too "
                + $"deeply (at most {MaxDepth} levels)", []);
        }
    }

    static ConfigFileException Broken(string path, int line, string problem) =>
        // Cut, because the message of the parser contains whole keys.
        new($"the config file {path} is not valid TOML: line {line + 1}: "
            + $"{(problem.Length <= LongestProblem ? problem : problem[..LongestProblem] + "…")}", []);

    sealed class Builder(string path)
    {
        public JsonObject Root { get; } = [];

        readonly LineTable _lines = Begun();

        public OrderedDictionary<string, int> Lines => _lines.Lines;

        static LineTable Begun()
        {
            var lines = new LineTable();
            lines.Add("", 1);
            return lines;
        }

        public void AddTable(TableSyntaxBase table)
        {
            var names = Names(table.Name, 0, table);
            var (owner, at) = Descend(Root, "", names, table);
            var inner = Join(at, names[^1]);
            if (table is TableArraySyntax)
            {
                if (owner[names[^1]] is not JsonArray list) owner[names[^1]] = list = [];
                list.Add((JsonNode)new JsonObject());
                inner = $"{inner}[{list.Count - 1}]";
            }
            else owner[names[^1]] ??= new JsonObject();
            _lines.Add(inner, LineOf(table));
            var last = owner[names[^1]] is JsonArray array ? array[^1] : owner[names[^1]];
            AddAll(last as JsonObject ?? throw Broken(path, table.Span.Start.Line, $"'{names[^1]}' is not a table"),
                inner, table.Items, names.Count);
        }

        public void AddAll(JsonObject into, string at, IEnumerable<KeyValueSyntax> items, int depth)
        {
            foreach (var item in items) Add(into, at, item, depth);
        }

        void Add(JsonObject into, string at, KeyValueSyntax item, int depth)
        {
            var names = Names(item.Key, depth, item);
            var (owner, place) = Descend(into, at, names, item);
            var inner = Join(place, names[^1]);
            _lines.Add(inner, LineOf(item));
            owner[names[^1]] = Value(item.Value, inner, depth + names.Count);
        }

        /// <summary>Finds the object that holds the last name; in a list of tables, that is the newest one.</summary>
        (JsonObject Owner, string At) Descend(JsonObject from, string at, List<string> names, SyntaxNode node)
        {
            foreach (var name in names.SkipLast(1))
            {
                at = Join(at, name);
                var next = from[name] ??= new JsonObject();
                if (next is JsonArray { Count: > 0 } list)
                {
                    at = $"{at}[{list.Count - 1}]";
                    next = list[^1]!;
                }
                from = next as JsonObject ?? throw Broken(path, node.Span.Start.Line, $"'{name}' is not a table");
            }
            return (from, at);
        }

        JsonNode? Value(ValueSyntax? value, string at, int depth)
        {
            if (depth > MaxDepth) throw TooDeep(value);
            switch (value)
            {
                case StringValueSyntax text: return JsonValue.Create(text.Value ?? "");
                case IntegerValueSyntax number: return JsonValue.Create(number.Value);
                case BooleanValueSyntax flag: return JsonValue.Create(flag.Value);
                case FloatValueSyntax number when double.IsFinite(number.Value): return JsonValue.Create(number.Value);
                case ArraySyntax list: return List(list, at, depth);
                case InlineTableSyntax table:
                    var inline = new JsonObject();
                    AddAll(inline, at, table.Items.Select(item => item.KeyValue!), depth);
                    return inline;
                default: return JsonValue.Create(value?.ToString().Trim() ?? "");
            }
        }

        JsonArray List(ArraySyntax syntax, string at, int depth)
        {
            var list = new JsonArray();
            foreach (var item in syntax.Items)
            {
                _lines.Reserve(at.Length);
                var inner = $"{at}[{list.Count}]";
                _lines.Add(inner, item.Value is { } value ? LineOf(value) : LineOf(syntax));
                list.Add(Value(item.Value, inner, depth + 1));
            }
            return list;
        }

        static int LineOf(SyntaxNode node) => node.Span.Start.Line + 1;

        string Join(string at, string name)
        {
            _lines.Reserve(at.Length + name.Length);
            return JsonProblems.Join(at, name);
        }

        /// <summary>The parts of a dotted key. Each part is a level of nesting, like a table within a table.</summary>
        List<string> Names(KeySyntax? key, int depth, SyntaxNode node)
        {
            var names = new List<string> { Name(key?.Key) };
            if (key is null) return names;
            if (depth + 1 + key.DotKeys.ChildrenCount > MaxDepth) throw TooDeep(node);
            names.AddRange(key.DotKeys.Select(part => Name(part.Key)));
            return names;
        }

        ConfigFileException TooDeep(SyntaxNode? node) =>
            Broken(path, node?.Span.Start.Line ?? 0, $"the values are nested too deeply (at most {MaxDepth} levels)");

        static string Name(BareKeyOrStringValueSyntax? part) => part switch
        {
            BareKeySyntax bare => bare.Key?.Text ?? "",
            StringValueSyntax text => text.Value ?? "",
            _ => "",
        };
    }
}
