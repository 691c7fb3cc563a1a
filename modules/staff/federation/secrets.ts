/** What must not be read from the database: secrets of providers and what is kept of a sign-in on its way. */
import { secretsFor } from '../../../platform/crypto/secret.ts'

export const { seal, unseal } = secretsFor('federation secrets')
