using System.Reflection;

namespace Tspm.Client;

/// <summary>The version of this program, as the project file sets it.</summary>
internal static class ProductVersion
{
    public static string Text => typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
