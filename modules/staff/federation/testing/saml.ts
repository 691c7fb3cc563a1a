/** A SAML identity provider for tests: signs what it is told, and builds the forgeries that are known. */
import { createSign, createVerify } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { SignedXml } from 'xml-crypto'
import { newToken } from '../../../../platform/crypto/index.ts'

export interface Question { id: string; consumer: string; issuer: string; relayState: string }
export function readQuestion(url: string): Question {
  const query = new URL(url).searchParams
  const xml = inflateRawSync(Buffer.from(query.get('SAMLRequest')!, 'base64')).toString()
  const attribute = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(xml)![1]!
  return { id: attribute('ID'), consumer: attribute('AssertionConsumerServiceURL'), issuer: /<saml:Issuer[^>]*>([^<]*)</.exec(xml)![1]!, relayState: query.get('RelayState')! }
}

export interface Said {
  issuer?: string; audience?: string | null; recipient?: string | null; inResponseTo?: string; responseTo?: string; nameId?: string; format?: string; mail?: string
  startsInMs?: number; endsInMs?: number; assertionId?: string; hasStatement?: boolean; sessionIndex?: string; method?: string; hasConfirmation?: boolean
}
const at = (ms: number): string => new Date(Date.now() + ms).toISOString()
const NAMES = 'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'

export const idpIssuer = 'https://idp.example/metadata'
export function assertion(question: Question, said: Said = {}): string {
  const { issuer = idpIssuer, audience = question.issuer, recipient = question.consumer, inResponseTo = question.id, nameId = 'mei', startsInMs = -5_000, endsInMs = 120_000, hasStatement = true, method = 'bearer', hasConfirmation = true } = said
  const id = said.assertionId ?? `_a${newToken()}`
  return `<saml:Assertion ${NAMES} ID="${id}" Version="2.0" IssueInstant="${at(-1_000)}"><saml:Issuer>${issuer}</saml:Issuer>`
    + `<saml:Subject><saml:NameID Format="${said.format ?? 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'}">${nameId}</saml:NameID>`
    + (hasConfirmation ? `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:${method}"><saml:SubjectConfirmationData${inResponseTo ? ` InResponseTo="${inResponseTo}"` : ''}${recipient ? ` Recipient="${recipient}"` : ''} NotOnOrAfter="${at(endsInMs)}"/></saml:SubjectConfirmation>` : '')
    + `</saml:Subject><saml:Conditions NotBefore="${at(startsInMs)}" NotOnOrAfter="${at(endsInMs)}">${audience ? `<saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction>` : ''}</saml:Conditions>`
    + (hasStatement ? `<saml:AuthnStatement AuthnInstant="${at(-2_000)}"${said.sessionIndex ? ` SessionIndex="${said.sessionIndex}"` : ''}><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>` : '')
    + `<saml:AttributeStatement><saml:Attribute Name="mail"><saml:AttributeValue>${said.mail ?? 'mei@example.com'}</saml:AttributeValue></saml:Attribute><saml:Attribute Name="displayName"><saml:AttributeValue>陳美玲</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>`
}
export const response = (question: Question, inner: string, { responseTo = question.id, issuer = idpIssuer }: Said = {}, extra = ''): string =>
  `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ${NAMES} ID="_r${newToken()}" Version="2.0" IssueInstant="${at(-1_000)}" Destination="${question.consumer}"${responseTo ? ` InResponseTo="${responseTo}"` : ''}>`
  + `<saml:Issuer>${issuer}</saml:Issuer>${extra}<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>${inner}</samlp:Response>`

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
export interface Signing { signature?: string; digest?: string }
/** Signs the element of this local name by reference to its ID; the signature stands behind its issuer. */
export function sign(xml: string, element: 'Assertion' | 'Response' | 'LogoutRequest', key: string, { signature = MORE, digest = 'http://www.w3.org/2001/04/xmlenc#sha256' }: Signing = {}): string {
  const signer = new SignedXml({ privateKey: key, signatureAlgorithm: signature, canonicalizationAlgorithm: 'http://www.w3.org/2001/10/xml-exc-c14n#' })
  const path = `//*[local-name(.)='${element}']`
  signer.addReference({ xpath: path, digestAlgorithm: digest, transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', 'http://www.w3.org/2001/10/xml-exc-c14n#'] })
  signer.computeSignature(xml, { location: { reference: `${path}/*[local-name(.)='Issuer']`, action: 'after' } })
  return signer.getSignedXml()
}
export interface Wish { issuer?: string; nameId?: string; sessions?: string[]; destination: string; issuedInMs?: number; endsInMs?: number; id?: string; extra?: string }
/** A provider's wish to end sessions. */
export const logoutRequest = ({ issuer = idpIssuer, nameId = 'mei', sessions = [], destination, issuedInMs = -1_000, endsInMs = 60_000, id = `_l${newToken()}`, extra = '' }: Wish): string =>
  `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ${NAMES} ID="${id}" Version="2.0" IssueInstant="${at(issuedInMs)}" NotOnOrAfter="${at(endsInMs)}" Destination="${destination}"><saml:Issuer>${issuer}</saml:Issuer>${extra}`
  + `<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">${nameId}</saml:NameID>${sessions.map((one) => `<samlp:SessionIndex>${one}</samlp:SessionIndex>`).join('')}</samlp:LogoutRequest>`
/** As a redirect carries it: deflated, and signed over the query itself (SAML 2.0 bindings, 3.4.4.1). */
export function redirected(address: string, xml: string, key: string | null, { algorithm = MORE, relayState, message = 'SAMLRequest' }: { algorithm?: string; relayState?: string; message?: string } = {}): string {
  const query = [`${message}=${encodeURIComponent(deflateRawSync(xml).toString('base64'))}`, ...(relayState === undefined ? [] : [`RelayState=${encodeURIComponent(relayState)}`]), ...(key === null ? [] : [`SigAlg=${encodeURIComponent(algorithm)}`])].join('&')
  return `${address}?${query}${key === null ? '' : `&Signature=${encodeURIComponent(createSign(algorithm.endsWith('sha1') ? 'sha1' : 'sha256').update(query).sign(key, 'base64'))}`}`
}
/** What came by a redirect: its text, and whether it is signed by this certificate. */
export function readRedirect(url: string, message: 'SAMLRequest' | 'SAMLResponse', certificate: string): { xml: string; isSigned: boolean; relayState: string | null } {
  const query = new URL(url).searchParams
  const parts = new URL(url).search.slice(1).split('&').filter((one) => !one.startsWith('Signature='))
  const isSigned = createVerify('sha256').update(parts.join('&')).verify(certificate, query.get('Signature') ?? '', 'base64')
  return { xml: inflateRawSync(Buffer.from(query.get(message)!, 'base64')).toString(), isSigned, relayState: query.get('RelayState') }
}

const part = (xml: string, name: string): string => new RegExp(`<(?:\\w+:)?${name}[ >].*?</(?:\\w+:)?${name}>`, 's').exec(xml)![0]

/**
 * Signature wrapping as published by Somorovsky and others (2012): the signed assertion is kept somewhere and an unsigned
 * one stands where it is read. `signed` is a response with a signed assertion, `evil` an assertion of the attacker.
 */
export function wrappings(question: Question, signed: string, evil: string): Record<string, string> {
  const good = part(signed, 'Assertion')
  const signature = part(good, 'Signature')
  const bare = good.replace(signature, '')
  const goodId = /ID="([^"]+)"/.exec(good)![1]!
  const into = (outer: string, tag: string, inner: string) => outer.replace(tag, `${inner}${tag}`)
  const evilSigned = (inner: string) => evil.replace('</saml:Issuer>', `</saml:Issuer>${inner}`)
  return {
    'the evil one before the good one': response(question, evil + good),
    'the evil one after the good one': response(question, good + evil),
    'the good one inside the evil one': response(question, into(evil, '</saml:Assertion>', good)),
    'the good one inside the evil one’s signature object': response(question, evilSigned(signature.replace('</Signature>', `<Object>${bare}</Object></Signature>`).replace('</ds:Signature>', `<ds:Object>${bare}</ds:Object></ds:Signature>`))),
    'the evil one with the good one’s signature': response(question, evilSigned(signature)),
    'the evil one with the good one’s ID and signature': response(question, evilSigned(signature).replace(/ID="[^"]+"/, `ID="${goodId}"`)),
    'two of the same ID, evil first': response(question, evil.replace(/ID="[^"]+"/, `ID="${goodId}"`) + good),
    'the good one in the extensions': response(question, evilSigned(signature), {}, `<samlp:Extensions>${bare}</samlp:Extensions>`),
    'the signed one in the extensions': response(question, evil, {}, `<samlp:Extensions>${good}</samlp:Extensions>`),
    'the good one in the status': response(question, evil).replace('</samlp:Status>', `<samlp:StatusDetail>${good}</samlp:StatusDetail></samlp:Status>`),
    'the good response inside the evil one': response(question, evil, {}, `<samlp:Extensions>${signed}</samlp:Extensions>`),
    'a changed name under the signature': signed.replace('>mei</saml:NameID>', '>boss</saml:NameID>'),
    'a changed digest beside it': signed.replace('>mei</saml:NameID>', '>boss</saml:NameID>').replace(/<DigestValue>[^<]*</, '<DigestValue>AAAA<'),
    'a comment in the name': signed.replace('>mei</saml:NameID>', '>mei<!-- -->.evil</saml:NameID>'),
    'no reference': signed.replace(/<Reference.*?<\/Reference>/s, ''),
    'an empty reference': signed.replace(/URI="#[^"]*"/, 'URI=""'),
    'two signatures': signed.replace(signature, signature + signature),
  }
}
