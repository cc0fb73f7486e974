using System.Text;
using System.Text.Json.Serialization.Metadata;
using Tspm.Config;
using Tspm.Json;
using Tspm.Protocol;

namespace Tspm.Client.Completion;

/// <summary>Candidates for KEY=VALUE of <c>set</c>: the fields of a config, with dots for nested ones.</summary>
internal static class ConfigKeys
{
    /// <summary>Adds the fields on the level that is being typed.</summary>
    public static void AddTo(List<Candidate> into, string word)
    {
        if (word.Contains('=')) return;
        JsonTypeInfo type = WireJson.Default.ProcessConfig;
        var begin = word.LastIndexOf('.') + 1;
        foreach (var name in word[..begin].Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!JsonTypes.Members(type).TryGetValue(name, out var member)) return;
            type = JsonTypes.For(member);
        }
        foreach (var member in type.Properties)
        {
            if (member.Set is null) continue;
            var path = word[..begin] + member.Name;
            var isNested = JsonTypes.For(member).Kind is JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary;
            into.Add(new Candidate(path + (isNested ? "." : "="),
                Encoding.UTF8.GetString(SchemaTexts.For(Encoding.UTF8.GetBytes(path)))));
        }
    }
}
