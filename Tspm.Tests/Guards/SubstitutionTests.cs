using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Tspm.Tests.Guards;

/// <summary>
/// Trim/Generated.xml empties what compilers write and the product never calls: texts and hash codes of records, and the ways from a JSON member to its attributes. This holds it to what there
/// is. After a change of a record or of the wire, write it anew with
/// <code>TSPM_WRITE_SUBSTITUTIONS=1 Tspm.Tests/bin/Debug/net10.0/Tspm.Tests --treenode-filter "/*/*/SubstitutionTests/*"</code>
/// </summary>
[Timeout(60_000)]
public class SubstitutionTests
{
    const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Records that are keys: their hash codes are used.</summary>
    static readonly string[] Keys = ["Tspm.Model.InstanceKey"];

    [Test]
    public async Task The_generated_list_is_what_there_is(CancellationToken cancellation)
    {
        var path = Path.Combine(ProjectFolder(), "Trim", "Generated.xml");
        var expected = Expected();
        if (Environment.GetEnvironmentVariable("TSPM_WRITE_SUBSTITUTIONS") == "1") File.WriteAllText(path, expected);
        await Assert.That(File.ReadAllText(path) == expected).IsTrue().Because("Trim/Generated.xml is out of date; the summary of SubstitutionTests says how to write it anew");
    }

    static string Expected()
    {
        var text = new StringBuilder("<linker>\n  <!-- Written by Guards/SubstitutionTests: bodies that compilers write and nothing calls (0.2 MB). -->\n  <assembly fullname=\"tspm\">\n");
        foreach (var type in typeof(Tspm.Client.ClientMain).Assembly.GetTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            var methods = type.GetMethods(Own).Select(method => Substitution(type, method)).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
            if (methods.Count == 0) continue;
            text.Append($"    <type fullname=\"{Escape(type.FullName!.Replace('+', '/'))}\">\n");
            foreach (var method in methods) text.Append($"      <method {method} />\n");
            text.Append("    </type>\n");
        }
        return text.Append("  </assembly>\n</linker>\n").ToString();
    }

    /// <summary>Null: the method stays as it is.</summary>
    static string? Substitution(Type type, MethodInfo method)
    {
        if (method.ReturnType == typeof(ICustomAttributeProvider)) return $"signature=\"System.Reflection.ICustomAttributeProvider {Escape(method.Name)}()\" body=\"remove\"";
        if (!IsRecord(type) || !method.IsDefined(typeof(CompilerGeneratedAttribute))) return null;
        return method.Name switch
        {
            // Texts cannot be emptied, and without their members they are short.
            "PrintMembers" => "signature=\"System.Boolean PrintMembers(System.Text.StringBuilder)\" body=\"stub\" value=\"false\"",
            // Messages are sent, not compared. (One parameter of the type itself: the other Equals calls this one.)
            "Equals" when type is { Namespace: "Tspm.Protocol", IsGenericType: false } && method.GetParameters()[0].ParameterType == type =>
                $"signature=\"System.Boolean Equals({type.FullName})\" body=\"stub\" value=\"false\"",
            "GetHashCode" when !Keys.Contains(type.FullName) => "signature=\"System.Int32 GetHashCode()\" body=\"stub\" value=\"0\"",
            _ => null,
        };
    }

    static bool IsRecord(Type type) => type.GetMethod("PrintMembers", Own) is not null;

    static string Escape(string name) => name.Replace("<", "&lt;").Replace(">", "&gt;");

    static string ProjectFolder([CallerFilePath] string self = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(self)!, "..", "..", "Tspm"));
}
