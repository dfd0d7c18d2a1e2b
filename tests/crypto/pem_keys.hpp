// SPDX-License-Identifier: Apache-2.0 OR MIT
// Private keys as OpenSSL 3.0 writes them in PEM, each with the Data of its PublicKey message.
//
// Made for these tests and used nowhere else.
#pragma once

#include <lp2p/crypto/provider.hpp>

namespace lp2p::test {

struct pem_key {
    crypto::key_type type;
    std::string_view pem;
    std::string_view public_data; ///< hexadecimal
};

inline constexpr pem_key pem_keys[] = {
    {crypto::key_type::ed25519,
     "-----BEGIN PRIVATE KEY-----\n"
     "MC4CAQAwBQYDK2VwBCIEINAB8gkOVJeqzc+46CwwvSSIJZSzQMuA4oSe+GieaEy/\n"
     "-----END PRIVATE KEY-----\n",
     "cc1065409ded64385737b6dbc65c380d71acb7429eab5dc0aafa37d620b5e0a2"},
    {crypto::key_type::secp256k1,
     "-----BEGIN PRIVATE KEY-----\n"
     "MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgRGE/e40dN+YrZW2e/6Dn\n"
     "cLxisLds3tsTlfTeYZID/6qhRANCAAQbRhaSg1s35sIOeSDJxsA2yH+baBsviSK+\n"
     "IysPFanuC3nM3tdcU7Xolpzg918v++eaVPwEQuuOfKnbHQ4ENolb\n"
     "-----END PRIVATE KEY-----\n",
     "031b461692835b37e6c20e7920c9c6c036c87f9b681b2f8922be232b0f15a9ee0b"},
    {crypto::key_type::ecdsa,
     "-----BEGIN PRIVATE KEY-----\n"
     "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgrlty45Mry5KbGyx+\n"
     "n5+4IutzJz5+GO79PZvAqy+rqk2hRANCAAQkfgK9XjR7Vs0z9hs9K8xgJ8BCYHJ1\n"
     "q+oUwNpTnbJiWBbAa0wL5j3gPiY33fzDyOWBdyyUSfOBaHqOddjlNALN\n"
     "-----END PRIVATE KEY-----\n",
     "3059301306072a8648ce3d020106082a8648ce3d03010703420004247e02bd5e347b56cd33f61b3d2bcc6027c0"
     "42607275abea14c0da539db2625816c06b4c0be63de03e2637ddfcc3c8e581772c9449f381687a8e75d8e53402"
     "cd"},
    {crypto::key_type::rsa,
     "-----BEGIN PRIVATE KEY-----\n"
     "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDYBOBCaneErMpM\n"
     "n5dUHBvg4NwG3zmX+BU8TNCgrhwk4WdEHJDoNPmVBmMFVoxvdgWI5J/9134b1fqO\n"
     "3DGdCxbKdcn/ccmtwP56qW07Za8eg/udC9nJZcJPuyiuTAUQ6MagsUfDQ63tPZxO\n"
     "NNVRuyUXhZqAqjjHcC91z+5KYedhXwyWF7E3le+6ORgXZSiT2k24OpGzDO7UjFnH\n"
     "p2ilT/cseefsR0LXh5V7Hu3EQRRr2XS2ACapWGJ5IupfwDiJCjQuFP60zsKtu58g\n"
     "gl79uL/+wmu1e8peUbO3VmNg3O04/aQYQ61Vo/aLHzpABAXiRHPJCJCrVSQ6N8Tw\n"
     "yzIE6DBtAgMBAAECggEACQNbEdUDYrka7C8Uef22sko2o/yKJt1RA7tMUSRrfRZy\n"
     "ipTD4NOIk7E4wAR9jjnlTTkiJniTExzrJrs+JAhqoszQsCR9RfLjR8GW2dS09177\n"
     "uimHTzAf9y0CZGiuQeBbnNMIyCkkTqSmVZUFa09cxmMjk9XbtYMFApbyoTk2wEHn\n"
     "H+69u6fN4pGmrkyWuypDFzJCZxt4OjFiv9LmWMuWMaErPlZ5xJqVnD4ZjwwSvMAF\n"
     "CTzglJroZVgAJx+JsQOsynDlEu/6U7OUqqBEQ5dPbjRfBLcdBgWGhDcSRUdyPyXn\n"
     "fbYm0A4llndpMdGkYkO7YRzLrVQDq3eOpdFgXtNIeQKBgQD5AUH02gnJtuzx+eRF\n"
     "gEsm9kPbt3FUSOY1m6iW970zoGNUoEjY6MPLoTsB7iS81C9t/rUC2YaWrJyk5J1a\n"
     "ZiPgWdTooBXFnr6Y5GrfwQuRRQ0ZQVgMA/unv+sWOOrVF+mN+k90bzds75h4mssZ\n"
     "mtVWUb+zGQ0cYLLo8PI119Q2nwKBgQDeFmW8Ds3PHnL/saNI1W1R76t07IQC3syl\n"
     "QT+2mSZCPLH8ooaB3GHXZpO3rQ5htafnREChOn2hlXBEBgPFmQEJtmI1ougOC1Xd\n"
     "8BFcDI3GqjTn6naslWP0yy+GqypqOxHs4HKU5jWVoza7dJC9pNs/tuN5MtvmMeLH\n"
     "+0Sxgq35cwKBgDOuISRShKmK/86REOGj6PUjM55Miob1wmHp9qmurWQjq7oKslPi\n"
     "q5B93CNga9uNJnLr5GG9CAQJu1E16bqzbErKGjhV0W78rY5KCix6go4aCMfvGfkU\n"
     "coy0dnRcR9EGb4D6LLd7xcMkTz7o0bJ0wkZyHRls352+LCPQrlSigPb9AoGBAKpS\n"
     "OQGJxPMkIgPQ4y4XaHifOzo3rWJaJk5ShR9vwrSnwcTDjC6Jqou8gmsqEE6FN1iY\n"
     "sowzxGeoqOmyRzBCkFY3hogmAJvMu7SyyU1z30NOA7cczJi9FWSGc1Nvb976oFuv\n"
     "IpDpII07F92ZnuuiQ/dQNpIbnCOlfIvsOxl75BrbAoGBAOmJOYYImUKM+W/ByqSH\n"
     "3PpwIXk33RzdHQU4E/MHAxd4jZxon+9IsuMlbkS1ZfbcVJOkZVCfezmKMiziqf+Y\n"
     "cSxxDf9YXEWvLzFhVOLRxfM7CdARVCfxmt/GYwMeTM9tDZUfHLYQlyIlN8reHRS0\n"
     "dUpeJguevvhiKMWtim9ChFhi\n"
     "-----END PRIVATE KEY-----\n",
     "30820122300d06092a864886f70d01010105000382010f003082010a0282010100d804e0426a7784acca4c9f97"
     "541c1be0e0dc06df3997f8153c4cd0a0ae1c24e167441c90e834f995066305568c6f760588e49ffdd77e1bd5fa"
     "8edc319d0b16ca75c9ff71c9adc0fe7aa96d3b65af1e83fb9d0bd9c965c24fbb28ae4c0510e8c6a0b147c343ad"
     "ed3d9c4e34d551bb2517859a80aa38c7702f75cfee4a61e7615f0c9617b13795efba391817652893da4db83a91"
     "b30ceed48c59c7a768a54ff72c79e7ec4742d787957b1eedc441146bd974b60026a958627922ea5fc038890a34"
     "2e14feb4cec2adbb9f20825efdb8bffec26bb57bca5e51b3b7566360dced38fda41843ad55a3f68b1f3a400405"
     "e24473c90890ab55243a37c4f0cb3204e8306d0203010001"},
};

/// P-384, which no libp2p key is of here.
inline constexpr std::string_view pem_of_p384 =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBef0FckFi0x+M41D6b\n"
    "hTBZXOZBXWxkx8Rk+z2pimHCuj5a81R2dP3g7aOX9fjx44mhZANiAAT4bIDF+rru\n"
    "Ua0zjx+UP4MRuVYS3S9cFsaY2HBrdDZEBZzintnof+EvEjWO3JF5PLIctnRNWyhv\n"
    "4m10wDhIUJz/1xcL2FAMUnNiHqiKapo52wKTvPiH4FmH99Z9q48N8zs=\n"
    "-----END PRIVATE KEY-----\n";
/// A key that cannot sign.
inline constexpr std::string_view pem_of_x25519 =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VuBCIEINh7xA5gBVK/KH99cqydLJXLOqNPh07Cj/hwRGDnI4JO\n"
    "-----END PRIVATE KEY-----\n";
/// An Ed25519 key behind a passphrase.
inline constexpr std::string_view pem_encrypted =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiY7x/UH1/inAICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEN0s20qmSZQ6MSeq/T40H6AEQB1Y\n"
    "Q6fKfS9v5GX9AM9s/nOfywZ9cwwNaTWzNl1MX35JJtv6SDfKrpdYIg/a1vTipbBb\n"
    "mmhRwbddkZYVhKfqKRM=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";
/// A P-256 key as OpenSSL wrote them before PKCS#8.
inline constexpr std::string_view pem_of_sec1 =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIK5bcuOTK8uSmxssfp+fuCLrcyc+fhju/T2bwKsvq6pNoAoGCCqGSM49\n"
    "AwEHoUQDQgAEJH4CvV40e1bNM/YbPSvMYCfAQmBydavqFMDaU52yYlgWwGtMC+Y9\n"
    "4D4mN938w8jlgXcslEnzgWh6jnXY5TQCzQ==\n"
    "-----END EC PRIVATE KEY-----\n";

/// RSA with 1024 bits: PKCS#1, and SubjectPublicKeyInfo.
inline constexpr std::string_view rsa_1024_private =
    "3082025c02010002818100ba51f9c5c7aeaac83f7f824dd877547620dee561453e2aa1be6ae0f1d7bc306286ba"
    "3352f412480f9799a8bed42afce7c590cd16e8ea09106a0b86160263815d902bf23ea0dca9c2e2973de1f77eef"
    "b79cc590e5ec57eb9d238e5d4a0bd69baaa9ddd37eedd6c4f2db0576bc0306feb4d01e2d9916061a0e49c12d99"
    "910652a902030100010281806edb316244c19ee950267c8ff698614f7b95432311c0c03ac601ef5ed53e2a07a5"
    "238a3ff3ea20a7ee4a45856cd53aee67b514e169a93dc55f6305df78825dc81a842fb8f08b9e0720712b3a97ed"
    "bf9c37852b0c9fa0eac772b7a0cd82fadfbb899c5ee6cf3b82a5e4fe3e6517e7899466ae06cf24d430a6e0a12e"
    "1be92e0705024100dd19313792044e843a4d02a176b5fb13679bdc36724a38cce1a3b1673e850a85e6c08e3181"
    "4a7b006a0229b242d122e721ffab354f80db50e79535b36f03a0a3024100d7bb5cab7bd33d01ba7e594bd71c0f"
    "de2da148371abde5132c943ac2384f7b290c0ac5e02ef4fe2442dba9ed93c5bd78e4f8237ccc526ee6f9023a5f"
    "302c1843024100cda1587cee78c2ed87ab87fed3817cfa172a862cbd2efa94d26683e019ed725406c09f7ebb58"
    "a1fd489aaa5cf877b9966db0737329761683b05ebd8b1c7cab3102403ee396bb42e8ac93316b9dda7705ee3645"
    "b50b994cc968db3316af1e694dfa48580357f5e79a71efde31ad12de0e3a12e124d92b8b60c885bab7848eb53b"
    "558302402fd5fb5b40663acbb62d068b7b059e818aeede798db2b842cc3579f9f135cfe75aa69312de195142c7"
    "fb6d2132fd2773e1120caa3646f5d32c83be90a1359956";
inline constexpr std::string_view rsa_1024_public =
    "30819f300d06092a864886f70d010101050003818d0030818902818100ba51f9c5c7aeaac83f7f824dd8775476"
    "20dee561453e2aa1be6ae0f1d7bc306286ba3352f412480f9799a8bed42afce7c590cd16e8ea09106a0b861602"
    "63815d902bf23ea0dca9c2e2973de1f77eefb79cc590e5ec57eb9d238e5d4a0bd69baaa9ddd37eedd6c4f2db05"
    "76bc0306feb4d01e2d9916061a0e49c12d99910652a90203010001";

} // namespace lp2p::test
