using System.Text;
using SharpYaml;
using SharpYaml.Events;
using Tspm.Config.Yaml;

namespace Tspm.Tests.Config.Yaml;

/// <summary>
/// Writes what two independent readers of YAML understand in one form, so that they can be compared: <c>{=a [=1 "b"]
/// }</c>, with <c>=</c> before plain scalars.
/// </summary>
internal static class YamlTree
{
    /// <summary>What Tspm understands; null if it refuses the text.</summary>
    public static string? OfTspm(string text, out string? problem)
    {
        try
        {
            problem = null;
            var tree = new StringBuilder();
            Write(tree, YamlDocument.Read(text).Root);
            return tree.ToString();
        }
        catch (YamlSyntaxException mistake)
        {
            problem = $"line {mistake.Line}, column {mistake.Column}: {mistake.Message}";
            return null;
        }
    }

    static void Write(StringBuilder tree, YamlNode node)
    {
        switch (node)
        {
            case YamlScalar scalar:
                Scalar(tree, scalar.Text, scalar.IsPlain, scalar.Tag);
                break;
            case YamlAlias alias:
                tree.Append('*').Append(alias.Name).Append(' ');
                break;
            case YamlList list:
                tree.Append('[');
                foreach (var item in list.Items) Write(tree, item);
                tree.Append("] ");
                break;
            case YamlMap map:
                tree.Append('{');
                foreach (var part in map.KeysAndValues) Write(tree, part);
                tree.Append("} ");
                break;
        }
    }

    /// <summary>What SharpYaml understands; null if it refuses the text or finds several documents.</summary>
    public static string? OfSharpYaml(string text)
    {
        try
        {
            var (tree, documents) = (new StringBuilder(), 0);
            var parser = Parser.CreateParser(new StringReader(text));
            while (parser.MoveNext())
            {
                switch (parser.Current)
                {
                    case DocumentStart when ++documents > 1:
                        return null;
                    case SharpYaml.Events.Scalar scalar:
                        Scalar(tree, scalar.Value, scalar.Style == ScalarStyle.Plain, scalar.Tag);
                        break;
                    case AnchorAlias alias:
                        tree.Append('*').Append(alias.Value).Append(' ');
                        break;
                    case SequenceStart:
                        tree.Append('[');
                        break;
                    case SequenceEnd:
                        tree.Append("] ");
                        break;
                    case MappingStart:
                        tree.Append('{');
                        break;
                    case MappingEnd:
                        tree.Append("} ");
                        break;
                }
            }
            if (documents == 0) Scalar(tree, "", true, null);
            return tree.ToString();
        }
        catch (YamlException)
        {
            return null;
        }
    }

    static void Scalar(StringBuilder tree, string text, bool isPlain, string? tag)
    {
        if (tag is not null) tree.Append('!');
        tree.Append(isPlain ? '=' : '"').Append(text.Replace("\n", "\\n", StringComparison.Ordinal)).Append(' ');
    }
}
