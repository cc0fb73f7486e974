namespace Tspm.Protocol;

/// <summary>The version of this executable, from the project file, which is the one place that sets it.</summary>
internal static partial class ProductVersion
{
    // Current is a constant that the build writes (target WriteProductVersion in Tspm.csproj): to read it from the
    // assembly's attributes takes all of reflection along, 40 KB.
}
