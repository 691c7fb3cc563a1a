/** OpenCC's table of Traditional characters, "繁 简|繁 简 …"; the package ships it without a declaration. */
declare module 'opencc-js/dict/TSCharacters' {
  const table: string
  export default table
}
