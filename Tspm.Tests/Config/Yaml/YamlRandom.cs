using System.Text;

namespace Tspm.Tests.Config.Yaml;

/// <summary>Random short texts from the pieces that matter in YAML: many of them are valid.</summary>
internal static class YamlRandom
{
    static readonly string[] Pieces =
    [
        "a", "b", "key", "x y", "1", "~", "- ", "- ", "? ", ": ", ": ", ":", "\n", "\n", "\n", "\n  ", "\n  ", "\n    ",
        "\n ", "\n\n", " ", "  ", "[", "]", "{", "}", ", ", ",", "'", "\"", "'it''s'", "\"q\"", "\\n", "\\", "|", ">",
        "|-\n  ", ">\n  ", "|+\n  ", "|2\n  ", "#", " # c", "&x ", "*x", "!!str ", "!t ", "---\n", "--- ", "...\n", "%",
        "\t", "<<", "\r\n", "a: ", "b: ", "c: 1\n", "\n- ", "\nk: ",
    ];

    /// <summary>Texts of up to fourteen pieces; the same ones each time.</summary>
    public static IEnumerable<string> Texts(int count, int seed = 1)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var text = new StringBuilder();
            for (var pieces = random.Next(1, 15); pieces > 0; pieces--) text.Append(Pieces[random.Next(Pieces.Length)]);
            yield return text.ToString();
        }
    }
}
