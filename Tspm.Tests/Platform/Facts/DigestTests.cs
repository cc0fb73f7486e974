using System.Security.Cryptography;
using Tspm.Platform.Facts;

namespace Tspm.Tests.Platform.Facts;

/// <summary>The digests are those of the standard.</summary>
[Timeout(60_000)]
internal sealed class DigestTests
{
    [Test]
    public async Task Every_length_has_the_digest_of_the_standard(CancellationToken cancellation)
    {
        var random = new Random(3);
        for (var length = 0; length < 300; length++)
        {
            var content = new byte[length];
            random.NextBytes(content);
            var sha1 = new Sha1();
            for (var at = 0; at < length;)
            {
                var part = Math.Min(random.Next(1, 90), length - at);
                sha1.Append(content.AsSpan(at, part));
                at += part;
            }
#pragma warning disable CA5350 // git's choice
            await Assert.That(sha1.Finish()).IsEquivalentTo(SHA1.HashData(content));
#pragma warning restore CA5350
            await Assert.That(Tspm.Platform.Facts.Sha256.Hash(content)).IsEquivalentTo(SHA256.HashData(content));
            var key = content[..(length / 2)];
            await Assert.That(Tspm.Platform.Facts.Sha256.Hmac(key, content))
                .IsEquivalentTo(HMACSHA256.HashData(key, content));
        }
    }
}
