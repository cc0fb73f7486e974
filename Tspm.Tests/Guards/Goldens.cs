using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Tspm.Model;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Tests.Guards;

/// <summary>The golden files under Data/wire: what every type that crosses the socket, lies on disk or is printed looks like in JSON.</summary>
internal static partial class Goldens
{
    /// <summary>Read at once: the groups of a <see cref="Match"/> come to be at the first question, and tests ask at the same time.</summary>
    static readonly IReadOnlyList<(string Type, string Name)> Shared =
    [
        .. Alias().Matches(Repository.Source("Protocol/SharedShapes.cs"))
            .Select(alias => (alias.Groups["type"].Value, alias.Groups["name"].Value)),
    ];

    /// <summary>Types listed for the source generator.</summary>
    public static IReadOnlyList<Type> Types { get; } =
    [
        .. typeof(WireJson).GetCustomAttributesData().Where(data => data.AttributeType.Name == "JsonSerializableAttribute")
            .Select(data => (Type)data.ConstructorArguments[0].Value!),
    ];

    /// <summary>What a type is called: its name, and those that verbs have for a record they share.</summary>
    public static IEnumerable<string> NamesOf(Type type) => Shared.Where(alias => alias.Type == type.FullName).Select(alias => alias.Name).Append(NameOf(type));

    /// <summary>Files of a type: NAME.json, and NAME.VARIANT.json where members exclude each other.</summary>
    public static IReadOnlyList<string> FilesOf(Type type) =>
    [
        .. NamesOf(type).SelectMany(name => Directory.GetFiles(Folder, $"{name}*.json").Where(path => IsOf(name, Path.GetFileNameWithoutExtension(path)))).Order(StringComparer.Ordinal),
    ];

    public static string Folder => Repository.Data("wire");

    public static JsonElement Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        return document.RootElement.Clone();
    }

    public static JsonElement OfName(string name) => Read(Path.Combine(Folder, name + ".json"));

    /// <summary>Metadata with the options that the type is used with.</summary>
    public static JsonTypeInfo InfoOf(Type type)
    {
        Type[] stored =
        [
            typeof(ProcessesFile), typeof(RunRecord), typeof(FlatRunRecord), typeof(DaemonState), typeof(DaemonDeathsNote),
        ];
        var context = stored.Contains(type) ? StorageJson.Compact : WireJson.Default;
        return context.GetTypeInfo(type) ?? throw new InvalidOperationException($"no metadata for {type}");
    }

    /// <summary>A lower-case ending is a variant; another capital begins another type.</summary>
    static bool IsOf(string name, string file) =>
        file == name || (file.StartsWith(name + ".", StringComparison.Ordinal) && char.IsAsciiLetterLower(file[name.Length + 1]) && file != name + ".list");

    static string NameOf(Type type)
    {
        if (!type.IsGenericType) return type.Name;
        var argument = NameOf(type.GetGenericArguments()[0]);
        return type.Name.StartsWith("IReadOnlyList", StringComparison.Ordinal) ? $"{argument}.list" : $"{type.Name[..type.Name.IndexOf('`')]}.{argument}";
    }

    [GeneratedRegex(@"^global using (?<name>\w+) = (?<type>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Alias();
}
