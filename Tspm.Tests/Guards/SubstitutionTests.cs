using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Tspm.Tests.Guards;

/// <summary>
/// Trim/Substitutions.xml empties what the compiler writes into every record and the product never calls. This holds the list to the records that there are; a new one is added by copying
/// what the failure names.
/// </summary>
[Timeout(60_000)]
public class SubstitutionTests
{
    const string Begin = "    <!-- records: begin -->", End = "    <!-- records: end -->";

    /// <summary>Records that are keys: their hash codes are used.</summary>
    static readonly string[] Keys = ["Tspm.Model.InstanceKey"];

    [Test]
    public async Task Every_record_is_listed(CancellationToken cancellation)
    {
        var file = File.ReadAllText(Path.Combine(ProjectFolder(), "Trim", "Substitutions.xml"));
        var listed = file[(file.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)..file.IndexOf(End, StringComparison.Ordinal)].Trim();
        var expected = Expected().Trim();
        if (listed != expected) File.WriteAllText(Path.Combine(Path.GetTempPath(), "substitutions.expected"), expected);
        await Assert.That(listed == expected).IsTrue().Because($"the records in Trim/Substitutions.xml should be those in {Path.GetTempPath()}substitutions.expected");
    }

    static string Expected()
    {
        var text = new StringBuilder();
        foreach (var type in typeof(Tspm.Client.ClientMain).Assembly.GetTypes().Where(IsRecord).OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            var methods = type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                .Where(method => method.IsDefined(typeof(CompilerGeneratedAttribute)) && Unused(type, method)).Select(method => Signature(type, method.Name)).Distinct().Order(StringComparer.Ordinal).ToList();
            if (methods.Count == 0) continue;
            text.Append($"    <type fullname=\"{type.FullName!.Replace('+', '/')}\">\n");
            foreach (var method in methods) text.Append($"      <method signature=\"{method}\" />\n");
            text.Append("    </type>\n");
        }
        return text.ToString();
    }

    static string Signature(Type type, string method) => method switch
    {
        "Equals" => $"System.Boolean Equals({type.FullName})\" body=\"stub\" value=\"false",
        "PrintMembers" => "System.Boolean PrintMembers(System.Text.StringBuilder)\" body=\"stub\" value=\"false",
        _ => "System.Int32 GetHashCode()\" body=\"stub\" value=\"0",
    };

    static bool IsRecord(Type type) => type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly) is not null;

    static bool Unused(Type type, MethodInfo method) => method.Name switch
    {
        // Texts cannot be emptied, and without their members they are short.
        "PrintMembers" => true,
        // Messages are sent, not compared. (One parameter of the type itself: the other Equals calls this one.)
        "Equals" => type is { Namespace: "Tspm.Protocol", IsGenericType: false } && method.GetParameters()[0].ParameterType == type,
        "GetHashCode" => !Keys.Contains(type.FullName),
        _ => false,
    };

    static string ProjectFolder([CallerFilePath] string self = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(self)!, "..", "..", "Tspm"));
}
