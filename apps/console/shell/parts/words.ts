import { createContext, useContext } from 'react'
import type { Text } from '../../text.tsx'

/** The sample words of this page; they are fetched with it and burden nobody else. */
export const WordsContext = createContext<Text>((key) => key)
export const useWords = (): Text => useContext(WordsContext)
